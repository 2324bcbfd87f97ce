// SPDX-License-Identifier: LGPL-2.1-or-later
import { virtualizationTypeCheck } from '../../../../src/engine/preflight/checks/virtualization-type.ts';
import { beta, domain } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

const emulating = {
  ...beta,
  guests: new Map([['x86_64', { emulators: [], machines: [], virtualizationTypes: ['qemu'] }]]),
};

testCheck(virtualizationTypeCheck, [
  { name: 'KVM there', facts: { domain: domain(), destination: beta }, verdict: 'pass' },
  {
    name: 'no KVM there',
    facts: { domain: domain(), destination: emulating },
    verdict: 'block',
    found: /does not offer kvm/,
  },
  {
    name: 'an emulated VM needs none',
    facts: { domain: domain({ config: { ...domain().config, type: 'qemu' } }), destination: emulating },
    verdict: 'pass',
  },
  {
    name: 'no QEMU at all',
    facts: { domain: domain(), destination: { ...beta, guests: new Map() } },
    verdict: 'unknown',
  },
]);
