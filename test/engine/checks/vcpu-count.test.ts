// SPDX-License-Identifier: LGPL-2.1-or-later
import { vcpuCountCheck } from '../../../src/engine/checks/vcpu-count.ts';
import { beta, domain } from '../fixtures.ts';
import { testCheck, there } from '../test-check.ts';

const machine = there({ kind: 'offered', maxVcpus: 288 } as const);
const vm = (more: string): ReturnType<typeof domain> => domain({}, '', more);

testCheck(vcpuCountCheck, [
  {
    name: 'enough',
    facts: { domain: domain(), destination: beta, machine },
    verdict: 'pass',
    found: /2 vCPUs, the destination 4/,
  },
  {
    name: 'more than QEMU gives',
    facts: { domain: vm('<vcpu>300</vcpu>'), destination: beta, machine },
    verdict: 'block',
    found: /at most 288/,
  },
  {
    name: 'more than the host has',
    facts: { domain: vm('<vcpu>8</vcpu>'), destination: beta, machine },
    verdict: 'warn',
    found: /slower/,
  },
  {
    name: 'tied to CPUs that are not there',
    facts: {
      domain: vm("<cputune><vcpupin vcpu='0' cpuset='2-5,^3'/></cputune>"),
      destination: beta,
      machine,
    },
    verdict: 'block',
    found: /4, 5/,
  },
  {
    name: 'tied to a NUMA node that is not there',
    facts: {
      domain: vm("<numatune><memory mode='strict' nodeset='1'/></numatune>"),
      destination: beta,
      machine,
    },
    verdict: 'block',
    found: /NUMA nodes/,
  },
  {
    name: 'CPUs not told',
    facts: { domain: domain(), destination: { ...beta, cpus: [] }, machine },
    verdict: 'unknown',
  },
]);
