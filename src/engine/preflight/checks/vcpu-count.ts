// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import { destinationMachineFact } from '../facts/destination-machine.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import { destinationHostFact, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** All CPUs of these pins, each once. */
function listed(pins: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(pins.flat())].sort((a, b) => a - b);
}

const installNumad: Remedy = {
  text: msg("Install numad there, or take placement='auto' out of the definition."),
  command: 'command -v numad',
  host: 'destination',
};

/** Has the destination the processors that the VM wants? */
export const vcpuCountCheck = defineCheck({
  id: 'vcpu-count',
  title: msg('Processors'),
  group: 'cpu-memory',
  why: msg(
    'libvirt refuses more vCPUs than QEMU there can give, and threads that are tied to CPUs or memory nodes which are not there.',
  ),
  needs: { domain: domainFact, destination: destinationHostFact },
  wants: { machine: destinationMachineFact, source: sourceHostFact, shell: destinationShellFact },
  judge: ({ domain, destination, machine, source, shell }): Judgement => {
    const { uuid, resources } = domain.config;
    const { vcpus, onlineVcpus, cpuPins, numaNodes, placedByNumad } = resources;
    const most = machine.available && machine.value.kind === 'offered' ? machine.value.maxVcpus : undefined;
    if (most !== undefined && vcpus > most)
      return {
        verdict: 'block',
        found: msg('The VM has $0 vCPUs; QEMU on the destination gives at most $1.', vcpus, most),
        remedies: [{ text: msg('Give the VM fewer vCPUs; for that it has to be shut off.') }],
      };
    if (destination.cpus.length === 0)
      throw new FactUnavailable({ why: msg('The destination did not tell which CPUs it has.') });
    const tieToOthers: Remedy = {
      text: msg('Tie it to others, or to none.'),
      command: shellCommand('virsh', 'vcpupin', uuid),
      host: 'source',
    };
    // The kernel takes those of a set that it has, and refuses one of which it has none (sched_setaffinity).
    const noCpus = listed(cpuPins.filter((pin) => !pin.some((cpu) => destination.cpus.includes(cpu))));
    if (noCpus.length > 0)
      return {
        verdict: 'block',
        found: msg('The VM is tied to CPUs that the destination does not have: $0.', noCpus.join(', ')),
        remedies: [tieToOthers],
      };
    const noNodes = numaNodes.filter((node) => !destination.numaNodes.includes(node));
    if (noNodes.length > 0)
      return {
        verdict: 'block',
        found: msg(
          'The memory of the VM is tied to NUMA nodes that the destination does not have: $0.',
          noNodes.join(', '),
        ),
        remedies: [
          {
            text: msg('Tie it to others, or to none.'),
            command: shellCommand('virsh', 'numatune', uuid),
            host: 'source',
          },
        ],
      };
    if (placedByNumad && !required(shell, [installNumad]).programs.has('numad'))
      return {
        verdict: 'block',
        found: msg(
          'libvirt is to ask numad which CPUs and memory the VM gets, and the destination does not have that program.',
        ),
        remedies: [installNumad],
      };
    const lost = listed(cpuPins).filter(
      (cpu) => !destination.cpus.includes(cpu) && !(source.available && !source.value.cpus.includes(cpu)),
    );
    if (lost.length > 0)
      return {
        verdict: 'warn',
        found: msg(
          'The VM is tied to CPUs of which the destination has some only; these are not there: $0.',
          lost.join(', '),
        ),
        remedies: [tieToOthers],
      };
    const fewer = !source.available || destination.cpus.length < source.value.cpus.length;
    if (fewer && onlineVcpus > destination.cpus.length)
      return {
        verdict: 'warn',
        found: msg(
          'The VM has $0 vCPUs, the destination $1 CPUs. It will run slower there.',
          onlineVcpus,
          destination.cpus.length,
        ),
        remedies: [{ text: msg('Choose a destination with more CPUs, if the VM needs them.') }],
      };
    return {
      verdict: 'pass',
      found: msg('The VM has $0 vCPUs, the destination $1 CPUs.', onlineVcpus, destination.cpus.length),
    };
  },
});
