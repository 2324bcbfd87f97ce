// SPDX-License-Identifier: LGPL-2.1-or-later
import { cpuCompatibilityCheck } from '../../../src/engine/checks/cpu-compatibility.ts';
import { readComparison } from '../../../src/engine/facts/cpu-comparison.ts';
import { alpha, beta, domain } from '../fixtures.ts';
import { missing, testCheck, there } from '../test-check.ts';

const custom = domain({}, '', "<cpu mode='custom' match='exact'><model>Skylake-Server</model></cpu>");
const passthrough = domain({}, '', "<cpu mode='host-passthrough' check='none' migratable='on'/>");
const hosts = { source: there(alpha), destination: there(beta) };
const compared = (text: string): ReturnType<typeof readComparison> => readComparison({ ok: true, text });
const failed = (error: string): ReturnType<typeof readComparison> => readComparison({ ok: false, error });
const identical = compared(
  'CPU described in /dev/stdin is identical to the CPU provided by hypervisor on the host',
);

testCheck(cpuCompatibilityCheck, [
  {
    name: 'identical',
    facts: { domain: custom, comparison: identical, ...hosts },
    verdict: 'pass',
    found: /Skylake-Server/,
  },
  {
    name: 'a superset',
    facts: {
      domain: custom,
      comparison: compared(
        'The CPU provided by hypervisor on the host is a superset of CPU described in /dev/stdin',
      ),
      ...hosts,
    },
    verdict: 'pass',
  },
  {
    name: 'no CPU of its own',
    facts: { domain: domain(), comparison: { kind: 'default-cpu' }, ...hosts },
    verdict: 'pass',
  },
  {
    name: 'features are missing',
    facts: {
      domain: custom,
      comparison: failed(
        'error: Failed to compare hypervisor CPU with /dev/stdin\nerror: the CPU is incompatible with host CPU: Host CPU does not provide required features: avx512f, pku',
      ),
      ...hosts,
    },
    verdict: 'block',
    found: /avx512f, pku/,
  },
  {
    name: 'incompatible, nobody says why',
    facts: { domain: custom, comparison: failed('error: the CPU is incompatible with host CPU'), ...hosts },
    verdict: 'block',
    found: /cannot offer the VM's CPU/,
  },
  {
    name: 'no such machine type',
    facts: {
      domain: custom,
      comparison: failed(
        "error: invalid argument: the machine 'pc-q35-99' is not supported by emulator '/usr/bin/qemu-system-x86_64'",
      ),
      ...hosts,
    },
    verdict: 'unknown',
    found: /cannot build this machine/,
  },
  {
    name: 'no such QEMU',
    facts: {
      domain: custom,
      comparison: failed('error: Cannot check QEMU binary /usr/libexec/qemu-kvm: No such file or directory'),
      ...hosts,
    },
    verdict: 'unknown',
    found: /cannot build this machine/,
  },
  {
    name: 'the comparison fails',
    facts: { domain: custom, comparison: failed('error: internal error: something'), ...hosts },
    verdict: 'unknown',
  },
  {
    name: 'passthrough, same CPU',
    facts: { domain: passthrough, comparison: identical, ...hosts },
    verdict: 'warn',
  },
  {
    name: 'passthrough, another CPU',
    facts: {
      domain: passthrough,
      comparison: identical,
      source: there(alpha),
      destination: there({ ...beta, cpuModel: 'EPYC' }),
    },
    verdict: 'block',
    found: /Skylake-Server here, EPYC there/,
  },
  {
    name: 'passthrough, fewer features',
    facts: {
      domain: passthrough,
      comparison: identical,
      source: there(alpha),
      destination: there({ ...beta, cpuFeatures: [] }),
    },
    verdict: 'block',
  },
  {
    name: 'passthrough, the hosts are not known',
    facts: { domain: passthrough, comparison: identical, source: there(alpha), destination: missing },
    verdict: 'unknown',
  },
]);
