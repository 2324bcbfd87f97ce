// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainInterface } from '../../../libvirt/domain-devices.ts';
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { dirname, type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { unknownListener } from '../judging/device-endpoints.ts';
import { fileExists } from '../judging/file-exists.ts';
import { mayHaveListener } from '../judging/socket-listener.ts';

/** Devices that tie the VM to this host: libvirt refuses to migrate with them. */
function tying({ devices, disks }: DomainConfig): readonly Message[] {
  return [
    ...devices.hostdevs
      .filter(({ type, failover }) => type !== 'usb' && !(type === 'pci' && failover))
      .map(({ type, address }) => msg('the $0 device $1', type, address)),
    ...devices.interfaces
      .filter(({ type, failover }) => type === 'hostdev' && !failover)
      .map(({ mac }) => msg('the network card $0, which is a device of the host', mac)),
    ...disks
      .filter(({ type }) => type === 'nvme')
      .map(({ target }) => msg('the NVMe device behind $0', target)),
  ];
}

/** Folders in which QEMU makes the sockets to which a switch connects. */
function judgeFolders(
  cards: readonly DomainInterface[],
  shell: FactResult<HostReading>,
): Judgement | undefined {
  const folders = cards.flatMap(({ socket, makesSocket = false }) =>
    socket !== undefined && makesSocket ? [dirname(socket)] : [],
  );
  const [first] = folders;
  if (first === undefined) return undefined;
  const byHand: Remedy = {
    text: msg('Make that folder there, in which QEMU makes the socket.'),
    command: shellCommand('mkdir', '-p', '--', ...folders),
    host: 'destination',
  };
  const look: Remedy = {
    text: msg('See whether that folder is there.'),
    command: shellCommand('ls', '-ld', '--', ...folders),
    host: 'destination',
  };
  const there = required(shell, [look]);
  const gone = folders.filter((path) => !fileExists(there, path));
  return gone.length === 0
    ? undefined
    : {
        verdict: 'block',
        found: msg(
          'A network card is to have its socket in the folder $0, which is not there on the destination.',
          gone.join(', '),
        ),
        remedies: [byHand],
      };
}

function judgeSockets(
  cards: readonly DomainInterface[],
  shell: FactResult<HostReading>,
): Judgement | undefined {
  const sockets = cards.flatMap(({ socket, makesSocket = false }) =>
    socket === undefined || makesSocket ? [] : [socket],
  );
  const [first] = sockets;
  if (first === undefined) return undefined;
  const byHand: Remedy = {
    text: msg('The switch there has to make its socket under the same path.'),
    command: shellCommand('ls', '-l', '--', ...sockets),
    host: 'destination',
  };
  const there = required(shell, [byHand]);
  const gone = sockets.filter((path) => !fileExists(there, path));
  if (gone.length > 0)
    return {
      verdict: 'block',
      found: msg(
        'A network card speaks to the socket $0, which is not there on the destination.',
        gone.join(', '),
      ),
      remedies: [byHand],
    };
  const deaf = cards.flatMap(({ socket, makesSocket = false, reconnects = false }) =>
    socket === undefined || makesSocket || reconnects || mayHaveListener(there, socket) ? [] : [socket],
  );
  return deaf.length === 0
    ? undefined
    : {
        verdict: 'block',
        found: msg(
          'A network card speaks to the socket $0, on which nobody listens on the destination.',
          deaf.join(', '),
        ),
        remedies: [
          {
            text: msg('Start the switch there.'),
            command: 'ss -xlp',
            host: 'destination',
          },
        ],
        override: { risk: unknownListener },
      };
}

/** Was the VM given devices of this host? */
export const hostDevicesCheck = defineCheck({
  id: 'host-devices',
  title: msg('Devices of the host'),
  group: 'devices',
  why: msg('A device of this host cannot go along, and what it holds cannot be read from it.'),
  needs: { domain: domainFact },
  wants: { shell: destinationShellFact },
  judge: ({ domain, shell }): Judgement => {
    const { uuid, devices } = domain.config;
    const tied = tying(domain.config);
    const [first, ...others] = tied;
    if (first !== undefined)
      return {
        verdict: 'block',
        found: msg('The VM was given something of this host that cannot go along: $0.', first),
        details: others.map((each) => msg('And $0.', each)),
        remedies: [
          {
            text: msg(
              'Detach it before, and attach one of the destination afterwards. A network card can be paired with a virtual one that stands in (net_failover).',
            ),
            command: shellCommand('virsh', 'dumpxml', uuid, '--xpath', '//hostdev'),
            host: 'source',
          },
        ],
      };
    const wrongSocket = judgeSockets(devices.interfaces, shell) ?? judgeFolders(devices.interfaces, shell);
    if (wrongSocket !== undefined) return wrongSocket;
    const usb = devices.hostdevs.filter(({ type }) => type === 'usb').map(({ address }) => address);
    if (usb.length > 0)
      return {
        verdict: 'warn',
        found: msg(
          'The VM has USB devices of this host: $0. For the guest it will be as if they were pulled out.',
          usb.join(', '),
        ),
        remedies: [
          {
            text: msg(
              'Put such a device into the destination too: libvirt there looks for one of the same kind.',
            ),
          },
        ],
      };
    return { verdict: 'pass', found: msg('The VM has no device of this host.') };
  },
});
