// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainModel } from '../../../libvirt/domain-devices.ts';
import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { type DestinationMachine, destinationMachineFact } from '../facts/destination-machine.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { destinationHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

const installQemu = 'apt install qemu-system || dnf install qemu-kvm';

/** No command: the definition may name any path, and no such path may be in a command that root pastes. */
function provideEmulator(emulator: string | undefined): Remedy {
  return emulator === undefined
    ? { text: msg('Install QEMU on the destination.'), command: installQemu, host: 'destination' }
    : { text: msg('Make QEMU available under $0 on the destination, for example with a link.', emulator) };
}

/** Models that older libvirt does not list, although QEMU may have them. These are not judged. */
const alwaysListed: ReadonlyMap<DomainModel['device'], readonly string[]> = new Map([
  ['graphics', ['spice', 'vnc', 'sdl']],
  ['video', ['qxl', 'cirrus', 'vga', 'vmvga', 'virtio', 'bochs', 'ramfb']],
  ['tpm', ['tpm-tis', 'tpm-crb', 'tpm-spapr']],
  ['redirdev', ['usb']],
]);

const packages: Remedy = {
  text: msg(
    'Install the package with that part of QEMU on the destination: qemu-system-modules-spice on Debian, qemu-device-display-qxl on Fedora. RHEL 9 has no SPICE and no QXL.',
  ),
  command: 'apt install qemu-system-modules-spice qemu-system-modules-opengl',
  host: 'destination',
};

/** Devices that the destination's QEMU lacks: built without them, or their module's package is not installed. */
function judgeModels(
  { config, migratable }: SourceDomain,
  { models }: Extract<DestinationMachine, { kind: 'offered' }>,
): Judgement | undefined {
  const lacking = (migratable ?? config).devices.models.filter(
    ({ device, model }) =>
      alwaysListed.get(device)?.includes(model) === true && models.get(device)?.has(model) === false,
  );
  const [first, ...others] = lacking;
  if (first === undefined) return undefined;
  return {
    verdict: 'block',
    found: msg('QEMU on the destination lacks a device of the VM: $0 ($1).', first.model, first.device),
    details: others.map(({ device, model }) => msg('And: $0 ($1).', model, device)),
    remedies: [
      packages,
      {
        text: msg('Give the VM another model: edit the definition, shut the VM off and start it again.'),
        command: shellCommand('virsh', 'edit', config.uuid),
        host: 'source',
      },
    ],
  };
}

function notTold(original: string): FactUnavailable {
  return new FactUnavailable({
    why: msg('Not checked: the destination did not say which VMs it can run.'),
    original,
  });
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
        return (
          judgeModels(domain, machine) ?? {
            verdict: 'pass',
            found: msg('The destination has $0 for $1.', os.machine, os.arch),
          }
        );
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
        throw notTold(machine.original);
    }
  },
});
