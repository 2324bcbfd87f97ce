// SPDX-License-Identifier: LGPL-2.1-or-later
import { vcpuCountCheck } from '../../../../src/engine/preflight/checks/vcpu-count.ts';
import { alpha, beta, domain, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const source = there({ ...alpha, cpus: [0, 1, 2, 3, 4, 5] });
const machine = there({ kind: 'offered', maxVcpus: 288, models: new Map() } as const);
const shell = there(reading());
const vm = (more: string): ReturnType<typeof domain> => domain({}, '', more);

testCheck(vcpuCountCheck, [
  {
    name: 'enough',
    facts: { domain: domain(), destination: beta, machine, source, shell },
    verdict: 'pass',
    found: /2 vCPUs; the destination has 4/,
  },
  {
    name: 'more than QEMU gives',
    facts: { domain: vm('<vcpu>300</vcpu>'), destination: beta, machine, source, shell },
    verdict: 'block',
    found: /at most 288/,
  },
  {
    name: 'more than the host has',
    facts: { domain: vm('<vcpu>8</vcpu>'), destination: beta, machine, source, shell },
    verdict: 'warn',
    found: /8 vCPUs.*slower/,
  },
  {
    name: 'more than the host has, and how many this one has is not known',
    facts: { domain: vm('<vcpu>8</vcpu>'), destination: beta, machine, source: missing, shell },
    verdict: 'warn',
  },
  {
    name: 'more than either host has',
    facts: { domain: vm('<vcpu>8</vcpu>'), destination: beta, machine, source: there(alpha), shell },
    verdict: 'pass',
  },
  {
    name: 'more than the host has, but few of them online',
    facts: { domain: vm("<vcpu current='2'>8</vcpu>"), destination: beta, machine, source, shell },
    verdict: 'pass',
    found: /2 vCPUs/,
  },
  {
    name: 'tied to CPUs that are not there',
    facts: {
      domain: vm("<cputune><vcpupin vcpu='0' cpuset='4,5'/></cputune>"),
      destination: beta,
      machine,
      source,
      shell,
    },
    verdict: 'block',
    found: /4, 5/,
  },
  {
    name: 'one thread tied to a CPU that is not there, another to some that are',
    facts: {
      domain: vm("<cputune><vcpupin vcpu='0' cpuset='0-3'/><emulatorpin cpuset='4'/></cputune>"),
      destination: beta,
      machine,
      source,
      shell,
    },
    verdict: 'block',
    found: /: 4\./,
  },
  {
    name: 'tied to CPUs of which some are there',
    facts: { domain: vm("<vcpu cpuset='2-5'>2</vcpu>"), destination: beta, machine, source, shell },
    verdict: 'warn',
    found: /lacks some .*4, 5/,
  },
  {
    name: 'tied to CPUs of which neither host has all',
    facts: {
      domain: vm("<vcpu cpuset='0-7'>2</vcpu>"),
      destination: beta,
      machine,
      source: there(alpha),
      shell,
    },
    verdict: 'pass',
  },
  {
    name: 'tied to a NUMA node that is not there',
    facts: {
      domain: vm("<numatune><memory mode='strict' nodeset='1'/></numatune>"),
      destination: beta,
      machine,
      source,
      shell,
    },
    verdict: 'block',
    found: /NUMA nodes/,
  },
  {
    name: 'memory of a node of the guest tied to one that is not there',
    facts: {
      domain: vm("<numatune><memnode cellid='0' mode='preferred' nodeset='2'/></numatune>"),
      destination: beta,
      machine,
      source,
      shell,
    },
    verdict: 'block',
    found: /NUMA nodes .*: 2\./,
  },
  {
    name: 'placed by numad, which is not there',
    facts: { domain: vm("<vcpu placement='auto'>2</vcpu>"), destination: beta, machine, source, shell },
    verdict: 'block',
    found: /numad/,
  },
  {
    name: 'placed by numad, which is there',
    facts: {
      domain: vm("<numatune><memory mode='strict' placement='auto'/></numatune>"),
      destination: beta,
      machine,
      source,
      shell: there(reading({}, { programs: new Set(['numad']) })),
    },
    verdict: 'pass',
  },
  {
    name: 'placed by numad, and whether it is there was not seen',
    facts: {
      domain: vm("<vcpu placement='auto'>2</vcpu>"),
      destination: beta,
      machine,
      source,
      shell: missing,
    },
    verdict: 'unknown',
  },
  {
    name: 'CPUs not told',
    facts: { domain: domain(), destination: { ...beta, cpus: [] }, machine, source, shell },
    verdict: 'unknown',
  },
]);
