// SPDX-License-Identifier: LGPL-2.1-or-later
import { diskCacheCheck } from '../../../../src/engine/preflight/checks/disk-cache.ts';
import { domain } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

const disk = (cache: string): string =>
  `<disk type='file' device='disk'><driver name='qemu' type='raw'${cache}/><source file='/a'/><target dev='vda'/></disk>`;

testCheck(diskCacheCheck, [
  { name: 'no disk', facts: { domain: domain() }, verdict: 'not-applicable' },
  { name: 'the default', facts: { domain: domain({}, disk('')) }, verdict: 'pass' },
  {
    name: 'unsafe',
    facts: { domain: domain({}, disk(" cache='unsafe'")) },
    verdict: 'warn',
    found: /vda is unsafe/,
  },
  {
    name: 'unsafe, and copied',
    copyDisks: ['vda'],
    facts: { domain: domain({}, disk(" cache='unsafe'")) },
    verdict: 'not-applicable',
  },
]);
