// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import { destinationMachineFact } from '../facts/destination-machine.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import { destinationHostFact, type Host, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** All CPUs of these pins, without duplicates. */
function listed(pins: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(pins.flat())].sort((a, b) => a - b);
}

function judgeLimit({ config }: SourceDomain, most: number | undefined): Judgement | undefined {
  const { vcpus } = config.resources;
  if (most === undefined || vcpus <= most) return undefined;
  return {
    verdict: 'block',
    found: msg('The VM has $0 vCPUs; QEMU on the destination allows at most $1.', vcpus, most),
    remedies: [
      {
        text: msg('Reduce the VM to $0 vCPUs, shut it off and start it again.', most),
        command: shellCommand('virsh', 'setvcpus', config.uuid, String(most), '--maximum', '--config'),
        host: 'source',
      },
    ],
  };
}

function changePins({ config: { uuid } }: SourceDomain): readonly [Remedy, ...Remedy[]] {
  return [
    {
      text: msg(
        'Pin each vCPU to CPUs that the destination has: fill in VCPU and CPULIST. For the emulator, use emulatorpin.',
      ),
      command: shellCommand('virsh', 'vcpupin', uuid, 'VCPU', 'CPULIST', '--live', '--config'),
      host: 'source',
    },
    {
      text: msg('Show to which CPUs the VM is pinned.'),
      command: `${shellCommand('virsh', 'vcpupin', uuid)}; ${shellCommand('virsh', 'emulatorpin', uuid)}`,
      host: 'source',
    },
  ];
}

/** The kernel ignores missing CPUs in a set, but refuses a set without any existing one (sched_setaffinity). */
function judgeMissingCpus(domain: SourceDomain, { cpus }: Host): Judgement | undefined {
  const missing = listed(
    domain.config.resources.cpuPins.filter((pin) => !pin.some((cpu) => cpus.includes(cpu))),
  );
  if (missing.length === 0) return undefined;
  return {
    verdict: 'block',
    found: msg('The VM is pinned to CPUs that the destination does not have: $0.', missing.join(', ')),
    remedies: changePins(domain),
  };
}

function judgeNodes({ config }: SourceDomain, { numaNodes }: Host): Judgement | undefined {
  const missing = config.resources.numaNodes.filter((node) => !numaNodes.includes(node));
  if (missing.length === 0) return undefined;
  return {
    verdict: 'block',
    found: msg(
      'The memory of the VM is bound to NUMA nodes that the destination does not have: $0.',
      missing.join(', '),
    ),
    remedies: [
      {
        text: msg(
          'Bind the memory to other NUMA nodes: edit the definition, shut the VM off and start it again.',
        ),
        command: shellCommand('virsh', 'edit', config.uuid),
        host: 'source',
      },
    ],
  };
}

/** With automatic placement, libvirt asks the program numad for CPUs and NUMA nodes. */
function judgeNumad({ config }: SourceDomain, shell: FactResult<HostReading>): Judgement | undefined {
  if (!config.resources.placedByNumad) return undefined;
  const show: Remedy = {
    text: msg('Show whether the destination has numad.'),
    command: 'command -v numad',
    host: 'destination',
  };
  if (required(shell, [show]).programs.has('numad')) return undefined;
  return {
    verdict: 'block',
    found: msg('The destination does not have numad, which has to place the CPUs and the memory of the VM.'),
    remedies: [
      {
        text: msg('Install numad on the destination, or remove the automatic placement from the definition.'),
        command: 'apt install numad || dnf install numad',
        host: 'destination',
      },
    ],
  };
}

/** Some CPUs of a set are missing. Not reported if this host lacks the same ones. */
function judgeFewerCpus(
  domain: SourceDomain,
  { cpus }: Host,
  source: FactResult<Host>,
): Judgement | undefined {
  const lost = listed(domain.config.resources.cpuPins).filter(
    (cpu) => !cpus.includes(cpu) && !(source.available && !source.value.cpus.includes(cpu)),
  );
  if (lost.length === 0) return undefined;
  return {
    verdict: 'warn',
    found: msg('The destination lacks some of the CPUs to which the VM is pinned: $0.', lost.join(', ')),
    remedies: changePins(domain),
  };
}

function judgeSpeed(vcpus: number, { cpus }: Host, source: FactResult<Host>): Judgement {
  const fewer = !source.available || cpus.length < source.value.cpus.length;
  if (fewer && vcpus > cpus.length)
    return {
      verdict: 'warn',
      found: msg(
        'The VM has $0 vCPUs; the destination has $1 CPUs. The VM will run slower there.',
        vcpus,
        cpus.length,
      ),
      remedies: [{ text: msg('Choose a destination with more CPUs, if the VM needs them.') }],
    };
  return {
    verdict: 'pass',
    found: msg('The VM has $0 vCPUs; the destination has $1 CPUs.', vcpus, cpus.length),
  };
}

/** Does the destination have the CPUs that the VM needs? */
export const vcpuCountCheck = defineCheck({
  id: 'vcpu-count',
  title: msg('Processors'),
  group: 'cpu-memory',
  why: msg(
    'A host refuses a VM with more vCPUs than its QEMU allows, or pinned to CPUs or NUMA nodes that it does not have.',
  ),
  needs: { domain: domainFact, destination: destinationHostFact },
  wants: { machine: destinationMachineFact, source: sourceHostFact, shell: destinationShellFact },
  judge: ({ domain, destination, machine, source, shell }): Judgement => {
    const most = machine.available && machine.value.kind === 'offered' ? machine.value.maxVcpus : undefined;
    const tooMany = judgeLimit(domain, most);
    if (tooMany !== undefined) return tooMany;
    if (destination.cpus.length === 0)
      throw new FactUnavailable({ why: msg('Not checked: the destination did not say which CPUs it has.') });
    return (
      judgeMissingCpus(domain, destination) ??
      judgeNodes(domain, destination) ??
      judgeNumad(domain, shell) ??
      judgeFewerCpus(domain, destination, source) ??
      judgeSpeed(domain.config.resources.onlineVcpus, destination, source)
    );
  },
});
