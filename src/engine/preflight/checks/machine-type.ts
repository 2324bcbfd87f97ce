// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { destinationMachineFact } from '../facts/destination-machine.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

const installQemu = 'apt install qemu-system || dnf install qemu-kvm';

/** No command: the definition may name any path, and none of it comes into a line that root pastes. */
function provideEmulator(emulator: string | undefined): Remedy {
  return emulator === undefined
    ? { text: msg('Install QEMU on the destination.'), command: installQemu, host: 'destination' }
    : { text: msg('Make QEMU available under $0 on the destination, for example with a link.', emulator) };
}

/** Does the destination have the VM's QEMU, for its architecture, with its machine type? */
export const machineTypeCheck = defineCheck({
  id: 'machine-type',
  title: msg('Machine type'),
  group: 'host',
  why: msg(
    'The destination has to build the same virtual hardware, with the same QEMU program, architecture and machine type. Otherwise the VM does not start there.',
  ),
  needs: { domain: domainFact, machine: destinationMachineFact },
  wants: { destination: destinationHostFact },
  judge: ({ domain, machine, destination }): Judgement => {
    const { os, emulator, uuid } = domain.config;
    const support = destination.available ? destination.value.guests.get(os.arch) : undefined;
    switch (machine.kind) {
      case 'offered':
        return { verdict: 'pass', found: msg('The destination has $0 for $1.', os.machine, os.arch) };
      case 'no-such-architecture':
        return {
          verdict: 'block',
          found: msg('The destination has no QEMU for $0.', os.arch),
          original: machine.original,
          remedies: [
            {
              text: msg('Install QEMU for $0 on the destination, or choose another destination.', os.arch),
              command: installQemu,
              host: 'destination',
            },
          ],
        };
      case 'no-such-emulator':
        return {
          verdict: 'block',
          found: msg('The destination does not have $0, in which the VM runs.', emulator ?? 'QEMU'),
          details:
            support === undefined
              ? []
              : [msg('The destination has $0 instead.', support.emulators.join(', '))],
          original: machine.original,
          remedies: [provideEmulator(emulator)],
        };
      case 'no-such-machine': {
        const family = os.machine.replace(/-[\d.]+$/, '');
        const kin = (support?.machines ?? []).filter((name) => name.startsWith(`${family}-`)).sort();
        return {
          verdict: 'block',
          found: msg('QEMU on the destination has no machine type $0.', os.machine),
          details: kin.length === 0 ? [] : [msg('Similar machine types there: $0.', kin.join(', '))],
          original: machine.original,
          remedies: [
            { text: msg('Install a newer QEMU on the destination.') },
            {
              text: msg(
                'Give the VM an older machine type: edit the definition, shut the VM off and start it again.',
              ),
              command: shellCommand('virsh', 'edit', uuid),
              host: 'source',
            },
          ],
        };
      }
      case 'not-told':
        throw new FactUnavailable({
          why: msg('Not checked: the destination did not say which VMs it can run.'),
          original: machine.original,
        });
    }
  },
});
