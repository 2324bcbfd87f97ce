// SPDX-License-Identifier: LGPL-2.1-or-later
import { hypervisorVersionCheck } from '../../../../src/engine/preflight/checks/hypervisor-version.ts';
import { testCheck } from '../../test-check.ts';

const here = { libvirt: '9.0.0', qemu: '7.2.22' };

testCheck(hypervisorVersionCheck, [
  { name: 'the same', facts: { source: here, destination: here }, verdict: 'pass' },
  {
    name: 'newer',
    facts: { source: here, destination: { libvirt: '10.0.0', qemu: '10.0.2' } },
    verdict: 'pass',
  },
  {
    name: 'an older QEMU',
    facts: { source: here, destination: { libvirt: '9.0.0', qemu: '7.2.9' } },
    verdict: 'warn',
    found: /The destination has QEMU 7\.2\.9, older than/,
  },
  {
    name: 'an older libvirt',
    facts: { source: here, destination: { libvirt: '8.9.0', qemu: '8.0.0' } },
    verdict: 'warn',
    found: /The destination has libvirt .*, older than/,
  },
  {
    name: 'older than was tried, on both',
    facts: {
      source: { libvirt: '7.0.0', qemu: '5.2.0' },
      destination: { libvirt: '7.0.0', qemu: '5.2.0' },
    },
    verdict: 'warn',
    found: /the oldest versions that were tested/,
  },
]);
