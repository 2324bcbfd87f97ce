// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { msg, plainText } from '../../../../src/engine/base/message.ts';
import type { Remedy } from '../../../../src/engine/base/remedy.ts';
import { cpuCompatibilityCheck } from '../../../../src/engine/preflight/checks/cpu-compatibility.ts';
import type { FactResult } from '../../../../src/engine/preflight/fact.ts';
import type { CpuBaseline } from '../../../../src/engine/preflight/facts/cpu-baseline.ts';
import { readComparison } from '../../../../src/engine/preflight/facts/cpu-comparison.ts';
import type { Finding } from '../../../../src/engine/preflight/finding.ts';
import { alpha, beta, domain, uuid } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const custom = domain({}, '', "<cpu mode='custom' match='exact'><model>Skylake-Server</model></cpu>");
const passthrough = domain({}, '', "<cpu mode='host-passthrough' check='none' migratable='on'/>");
const xml = "<cpu mode='custom' match='exact'>\n  <model>EPYC</model>\n</cpu>";
const notNeeded = there<CpuBaseline>({ kind: 'not-needed' });
const common = there<CpuBaseline>({ kind: 'common', xml });
const none: FactResult<never> = { available: false, why: msg('The makers differ.') };
const hosts = { source: there(alpha), destination: there(beta), baseline: notNeeded };
const offer = { command: `virsh edit ${uuid}`, host: 'source', xml };
const details = (finding: Finding): readonly string[] =>
  (finding.details ?? []).map((detail) => plainText(detail));
const remedies = (finding: Finding): readonly Remedy[] => ('remedies' in finding ? finding.remedies : []);
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
    name: 'features are missing, and the VM is one that libvirt does not compare',
    facts: {
      domain: domain(
        {},
        '',
        "<cpu mode='custom' match='exact' check='none'><model>Skylake-Server</model></cpu>",
      ),
      comparison: failed('error: the CPU is incompatible with host CPU: features: pku'),
      ...hosts,
    },
    verdict: 'block',
    found: /pku/,
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'incompatible, nobody says why',
    facts: { domain: custom, comparison: failed('error: the CPU is incompatible with host CPU'), ...hosts },
    verdict: 'block',
    found: /does not offer the CPU of the VM/,
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
    found: /cannot run this VM at all/,
  },
  {
    name: 'no such QEMU',
    facts: {
      domain: custom,
      comparison: failed('error: Cannot check QEMU binary /usr/libexec/qemu-kvm: No such file or directory'),
      ...hosts,
    },
    verdict: 'unknown',
    found: /cannot run this VM at all/,
  },
  {
    name: 'the comparison fails',
    facts: { domain: custom, comparison: failed('error: internal error: something'), ...hosts },
    verdict: 'unknown',
  },
  {
    name: 'passthrough, same CPU',
    facts: { domain: passthrough, comparison: identical, ...hosts, baseline: none },
    verdict: 'warn',
    also: (finding) => {
      expect(remedies(finding).map(({ xml: each }) => each)).toEqual([undefined]);
      expect(details(finding)).toEqual([
        'No CPU that both hosts have can be offered as XML. The makers differ.',
      ]);
    },
  },
  {
    name: 'passthrough, same CPU, and one to be independent of it',
    facts: { domain: passthrough, comparison: identical, ...hosts, baseline: common },
    verdict: 'warn',
    also: (finding) => {
      expect(remedies(finding)).toMatchObject([offer, {}]);
      expect(details(finding)).toEqual([]);
    },
  },
  {
    name: 'features are missing, with a CPU of both hosts to copy',
    facts: {
      domain: { ...custom, stored: { ...custom.config, cpu: { mode: 'host-model' } } },
      comparison: failed('error: the CPU is incompatible with host CPU: features: pku'),
      ...hosts,
      baseline: common,
    },
    verdict: 'block',
    also: (finding) => {
      expect(remedies(finding)).toMatchObject([offer, {}, { host: 'destination' }]);
      expect(details(finding)).toEqual([expect.stringContaining('host-model')]);
    },
  },
  {
    name: 'features are missing, and the hosts have no CPU in common',
    facts: {
      domain: custom,
      comparison: failed('error: the CPU is incompatible with host CPU: features: pku'),
      ...hosts,
      baseline: none,
    },
    verdict: 'block',
    also: (finding) => {
      expect(remedies(finding).some(({ xml: each }) => each !== undefined)).toBe(false);
      expect(details(finding)).toEqual([
        'No CPU that both hosts have can be offered as XML. The makers differ.',
      ]);
    },
  },
  {
    name: 'passthrough, another CPU',
    facts: {
      domain: passthrough,
      comparison: identical,
      baseline: common,
      source: there(alpha),
      destination: there({ ...beta, cpuModel: 'EPYC' }),
    },
    verdict: 'block',
    found: /Skylake-Server on this host, EPYC on the destination/,
    also: (finding) => {
      expect(remedies(finding)[0]).toMatchObject(offer);
    },
  },
  {
    name: 'passthrough, fewer features',
    facts: {
      domain: passthrough,
      comparison: identical,
      baseline: common,
      source: there(alpha),
      destination: there({ ...beta, cpuFeatures: [] }),
    },
    verdict: 'block',
  },
  {
    name: 'passthrough, the hosts are not known',
    facts: { ...hosts, domain: passthrough, comparison: identical, destination: missing },
    verdict: 'unknown',
  },
]);
