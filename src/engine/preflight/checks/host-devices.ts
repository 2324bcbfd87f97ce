// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainInterface } from '../../../libvirt/domain-devices.ts';
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { dirname, type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { type BeginPhase, beginPhaseFact } from '../facts/begin-phase.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { unknownListener } from '../judging/device-endpoints.ts';
import { fileExists } from '../judging/file-exists.ts';
import { mayHaveListener } from '../judging/socket-listener.ts';
import { judgeUsb } from '../judging/usb-devices.ts';

/** A device of this host, with which libvirt refuses to migrate. */
interface Tie {
  readonly what: Message;
  readonly detach: Remedy;
  /** QEMU reaches it through VFIO, some of whose drivers can migrate. */
  readonly vfio: boolean;
}

function detach(text: Message, command: string): Remedy {
  return { text, command, host: 'source' };
}

function tying({ uuid, devices, disks }: DomainConfig): readonly Tie[] {
  return [
    ...devices.hostdevs
      .filter(({ type, failover }) => type !== 'usb' && !(type === 'pci' && failover))
      .map(({ type, address }) => ({
        vfio: type === 'pci' || type === 'mdev',
        what: msg('$0 device $1', type, address),
        detach: detach(
          msg(
            'Detach the $0 device from the VM, and attach one of the destination after the migration. The command detaches one.',
            type,
          ),
          `${shellCommand('virsh', 'dumpxml', uuid, '--xpath', `(//hostdev[@type="${type}"])[1]`)} | ${shellCommand('virsh', 'detach-device', uuid, '/dev/stdin', '--live')}`,
        ),
      })),
    ...devices.interfaces
      .filter(({ type, failover }) => type === 'hostdev' && !failover)
      .map(({ mac }) => ({
        vfio: true,
        what: msg('network interface $0, which is a device of the host', mac),
        detach: detach(
          msg(
            'Detach the network interface $0, or give the VM a virtual one beside it that takes over during the migration (net_failover).',
            mac,
          ),
          shellCommand('virsh', 'detach-interface', uuid, 'hostdev', '--mac', mac, '--live'),
        ),
      })),
    ...disks
      .filter(({ type }) => type === 'nvme')
      .map(({ target }) => ({
        vfio: false,
        what: msg('NVMe device behind $0', target),
        detach: detach(
          msg('Detach the disk $0, after its content was moved to storage that both hosts share.', target),
          shellCommand('virsh', 'detach-disk', '--domain', uuid, '--target', target, '--live'),
        ),
      })),
  ];
}

/**
 * libvirt 10.0 and QEMU 8.1 migrate VFIO devices whose driver supports it (mlx5 and others). The check `qemu-blockers` asks them.
 */
function judgeTies(ties: readonly Tie[], beginPhase: FactResult<BeginPhase>): Judgement | undefined {
  const allowed = beginPhase.available && beginPhase.value.kind === 'allowed';
  const [first, ...others] = ties.filter(({ vfio }) => !(vfio && allowed));
  if (first === undefined) return undefined;
  const judgement = {
    verdict: 'block' as const,
    found: msg('The VM uses a device of this host, which cannot migrate: $0.', first.what),
    details: others.map(({ what }) => msg('And: $0.', what)),
    remedies: [first.detach, ...others.map((each) => each.detach)] as const,
  };
  // libvirt was not asked, and the driver may support migration.
  return beginPhase.available || ![first, ...others].every(({ vfio }) => vfio)
    ? judgement
    : {
        ...judgement,
        override: {
          risk: msg('If the driver of the device cannot migrate, libvirt refuses, and the VM stays here.'),
        },
      };
}

/** Devices of this host that can migrate need the same device on the destination. */
function judgeMigratable(ties: readonly Tie[], { name }: DestinationHost): Judgement | undefined {
  const [first, ...others] = ties;
  if (first === undefined) return undefined;
  return {
    verdict: 'warn',
    found: msg(
      'Both libvirt and QEMU migrate this device of the host: $0. $1 needs the same device under the same address, free, with the same driver and firmware.',
      first.what,
      name,
    ),
    details: [
      ...others.map(({ what }) => msg('And: $0.', what)),
      msg('Post-copy does not work with such a device.'),
    ],
    remedies: [{ text: msg('Show the devices of $0.', name), command: 'lspci -nnk', host: 'destination' }],
  };
}

/** Folders in which QEMU creates the sockets to which a switch connects. */
function judgeFolders(
  interfaces: readonly DomainInterface[],
  shell: FactResult<HostReading>,
  { name }: DestinationHost,
): Judgement | undefined {
  const folders = interfaces.flatMap(({ socket, makesSocket = false }) =>
    socket !== undefined && makesSocket ? [dirname(socket)] : [],
  );
  if (folders.length === 0) return undefined;
  const list = folders.join(', ');
  const there = required(shell, [
    {
      text: msg('Show whether $1 has $0.', list, name),
      command: shellCommand('ls', '-ld', '--', ...folders),
      host: 'destination',
    },
  ]);
  const gone = folders.filter((path) => !fileExists(there, path));
  if (gone.length === 0) return undefined;
  return {
    verdict: 'block',
    found: msg(
      '$1 lacks the folder $0, in which QEMU creates the socket of a network interface.',
      gone.join(', '),
      name,
    ),
    remedies: [
      {
        text: msg('Create the folder $0 on $1.', gone.join(', '), name),
        command: shellCommand('mkdir', '-p', '--', ...gone),
        host: 'destination',
      },
    ],
  };
}

/** Sockets to which QEMU connects. */
function judgeSockets(
  interfaces: readonly DomainInterface[],
  shell: FactResult<HostReading>,
  { name }: DestinationHost,
): Judgement | undefined {
  const clients = interfaces.flatMap(({ socket, makesSocket = false, reconnects = false }) =>
    socket === undefined || makesSocket ? [] : [{ socket, reconnects }],
  );
  if (clients.length === 0) return undefined;
  const list = clients.map(({ socket }) => socket).join(', ');
  const look: Remedy = {
    text: msg('Show which programs on $0 listen on a socket.', name),
    command: 'ss -xlp',
    host: 'destination',
  };
  const there = required(shell, [look]);
  const gone = clients.filter(({ socket }) => !fileExists(there, socket));
  const start = msg('Start the switch on $1 that creates $0.', list, name);
  if (gone.length > 0)
    return {
      verdict: 'block',
      found: msg(
        '$1 lacks the socket $0, to which a network interface connects.',
        gone.map(({ socket }) => socket).join(', '),
        name,
      ),
      remedies: [{ text: start }, look],
    };
  const deaf = clients.filter(({ socket, reconnects }) => !reconnects && !mayHaveListener(there, socket));
  if (deaf.length === 0) return undefined;
  return {
    verdict: 'block',
    found: msg(
      'No program on $1 listens on the socket $0, to which a network interface connects.',
      deaf.map(({ socket }) => socket).join(', '),
      name,
    ),
    remedies: [{ text: start }, look],
    override: { risk: unknownListener },
  };
}

/** Does the VM use devices of this host? */
export const hostDevicesCheck = defineCheck({
  id: 'host-devices',
  title: msg('Host devices'),
  group: 'devices',
  why: msg('A device of this host stays on this host, and libvirt cannot read what is in it.'),
  needs: { domain: domainFact },
  wants: { shell: destinationShellFact, beginPhase: beginPhaseFact },
  judge: ({ domain, shell, beginPhase }, plan): Judgement => {
    const to = destinationHost(plan);
    const { interfaces } = domain.config.devices;
    const ties = tying(domain.config);
    return (
      judgeTies(ties, beginPhase) ??
      judgeSockets(interfaces, shell, to) ??
      judgeFolders(interfaces, shell, to) ??
      judgeUsb(domain.config.devices.hostdevs, shell, to) ??
      judgeMigratable(ties, to) ?? { verdict: 'pass', found: msg('The VM uses no device of this host.') }
    );
  },
});
