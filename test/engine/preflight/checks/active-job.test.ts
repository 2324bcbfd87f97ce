// SPDX-License-Identifier: LGPL-2.1-or-later
import { activeJobCheck } from '../../../../src/engine/preflight/checks/active-job.ts';
import { domain } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

const disk = (mirror: string): string =>
  `<disk type='file'><source file='/a'/>${mirror}<target dev='vda'/></disk>`;

testCheck(activeJobCheck, [
  { name: 'none', facts: { domain: domain({}, disk('')) }, verdict: 'pass' },
  {
    name: 'a copy',
    facts: { domain: domain({}, disk("<mirror type='file' job='copy'><source file='/b'/></mirror>")) },
    verdict: 'block',
    found: /Disk vda is busy with a job: .*copy/,
  },
]);
