// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { destinationMachineFact } from '../facts/destination-machine.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';
import { msg } from '../message.ts';
import { shellCommand } from '../shell-quote.ts';

/** Has the destination the processors that the VM wants? */
export const vcpuCountCheck = defineCheck({
  id: 'vcpu-count',
  title: msg('Processors'),
  why: msg(
    'libvirt refuses more vCPUs than QEMU there can give, and threads that are tied to CPUs or memory nodes which are not there.',
  ),
  needs: { domain: domainFact, destination: destinationHostFact },
  wants: { machine: destinationMachineFact },
  judge: ({ domain, destination, machine }): Judgement => {
    const { uuid, resources } = domain.config;
    const { vcpus, pinnedCpus, numaNodes } = resources;
    const most = machine.available && machine.value.kind === 'offered' ? machine.value.maxVcpus : undefined;
    if (most !== undefined && vcpus > most)
      return {
        verdict: 'block',
        found: msg('The VM has $0 vCPUs; QEMU on the destination gives at most $1.', vcpus, most),
        remedies: [{ text: msg('Give the VM fewer vCPUs; for that it has to be shut off.') }],
      };
    if (destination.cpus.length === 0)
      throw new FactUnavailable({ why: msg('The destination did not tell which CPUs it has.') });
    const noCpus = pinnedCpus.filter((cpu) => !destination.cpus.includes(cpu));
    if (noCpus.length > 0)
      return {
        verdict: 'block',
        found: msg('The VM is tied to CPUs that the destination does not have: $0.', noCpus.join(', ')),
        remedies: [
          {
            text: msg('Tie it to others, or to none.'),
            command: shellCommand('virsh', 'vcpupin', uuid),
            host: 'source',
          },
        ],
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
    if (vcpus > destination.cpus.length)
      return {
        verdict: 'warn',
        found: msg(
          'The VM has $0 vCPUs, the destination $1 CPUs. It will run slower there.',
          vcpus,
          destination.cpus.length,
        ),
        remedies: [{ text: msg('Choose a destination with more CPUs, if the VM needs them.') }],
      };
    return {
      verdict: 'pass',
      found: msg('The VM has $0 vCPUs, the destination $1 CPUs.', vcpus, destination.cpus.length),
    };
  },
});
