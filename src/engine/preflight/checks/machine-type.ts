// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { destinationMachineFact } from '../facts/destination-machine.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

function list(what: string, text: Remedy['text']): Remedy {
  return { text, command: `virsh capabilities --xpath "//${what}"`, host: 'destination' };
}

/** Has the destination the VM's QEMU, for its architecture, with its machine type? */
export const machineTypeCheck = defineCheck({
  id: 'machine-type',
  title: msg('Machine type'),
  group: 'host',
  why: msg(
    'The virtual machine has to be built there of the same parts as here: the same QEMU program, architecture and machine type.',
  ),
  needs: { domain: domainFact, machine: destinationMachineFact },
  wants: { destination: destinationHostFact },
  judge: ({ domain, machine, destination }): Judgement => {
    const { os, emulator } = domain.config;
    const support = destination.available ? destination.value.guests.get(os.arch) : undefined;
    switch (machine.kind) {
      case 'offered':
        return { verdict: 'pass', found: msg('The destination has $0 for $1.', os.machine, os.arch) };
      case 'no-such-architecture':
        return {
          verdict: 'block',
          found: msg('The destination has no QEMU for $0.', os.arch),
          original: machine.original,
          remedies: [list('guest/arch/@name', msg('Install it there, or choose another destination.'))],
        };
      case 'no-such-emulator':
        return {
          verdict: 'block',
          found: msg('The VM runs in $0, which the destination does not have.', emulator ?? 'QEMU'),
          details: support === undefined ? [] : [msg('It has $0.', support.emulators.join(', '))],
          original: machine.original,
          remedies: [
            list(
              'emulator',
              msg('Install it there, or make QEMU known under the same path, with a link for example.'),
            ),
          ],
        };
      case 'no-such-machine': {
        const family = os.machine.replace(/-[\d.]+$/, '');
        const kin = (support?.machines ?? []).filter((name) => name.startsWith(`${family}-`)).sort();
        return {
          verdict: 'block',
          found: msg('QEMU on the destination has no machine type $0.', os.machine),
          details: kin.length === 0 ? [] : [msg('Of this kind it has: $0.', kin.join(', '))],
          original: machine.original,
          remedies: [
            list(
              'machine',
              msg(
                'A newer QEMU there has it, or an older machine type in the definition of the VM, with which it has to be shut off and started.',
              ),
            ),
          ],
        };
      }
      case 'not-told':
        throw new FactUnavailable({
          why: msg('The destination did not tell which VMs it can run.'),
          original: machine.original,
        });
    }
  },
});
