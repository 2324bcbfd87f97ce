// SPDX-License-Identifier: LGPL-2.1-or-later
import { qemuBlockersCheck } from '../../../../src/engine/preflight/checks/qemu-blockers.ts';
import { testCheck } from '../../test-check.ts';

testCheck(qemuBlockersCheck, [
  { name: 'nothing', facts: { beginPhase: { kind: 'allowed' } }, verdict: 'pass' },
  {
    name: 'a refusal',
    facts: { beginPhase: { kind: 'refused', original: 'cannot migrate domain: x' } },
    verdict: 'block',
  },
]);
