// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainInterface } from '../../../libvirt/domain-devices.ts';
import type { Network } from '../../../libvirt/network.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import type { NetworkDefinitions } from '../facts/network-definitions.ts';
import type { DestinationHost } from './destination-host.ts';

/** A difference behind the name of a network or bridge: the VM starts there, but may be unreachable. */
export interface NetworkDoubt {
  readonly found: Message;
  readonly details: readonly Message[];
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

/** Forward modes of networks that exist only inside of each host. Those of other modes connect to the outside. */
const ownModes = ['nat', 'route', 'open', 'isolated'];

function differences(
  mac: string,
  here: Network,
  there: Network,
  { name }: DestinationHost,
): readonly Message[] {
  const reserved = here.reserved.get(mac.toLowerCase());
  const other = there.reserved.get(mac.toLowerCase());
  return [
    ...(here.mode === there.mode
      ? []
      : [msg('Kind of the network: $0 on this host, $1 on $2.', here.mode, there.mode, name)]),
    ...(here.addresses.join() === there.addresses.join()
      ? []
      : [
          msg(
            'Its addresses: $0 on this host, $1 on $2.',
            here.addresses.join(', ') || '-',
            there.addresses.join(', ') || '-',
            name,
          ),
        ]),
    ...(reserved === undefined || reserved === other
      ? []
      : [msg('$2 does not keep the address $0 for $1.', reserved, mac, name)]),
  ];
}

/** The network with the same name is another one there. */
export function networkDoubt(
  { network, mac }: DomainInterface,
  { here, there }: NetworkDefinitions,
  to: DestinationHost,
): NetworkDoubt | undefined {
  const [mine, theirs] = network === undefined ? [] : [here.get(network), there.get(network)];
  if (network === undefined || mine === undefined || theirs === undefined) return undefined;
  const own = ownModes.includes(mine.mode) || ownModes.includes(theirs.mode);
  if (!own) return undefined;
  return {
    found: msg(
      'The network $0 is one of each host for itself ($1). On $3, the network interface $2 loses its connections, and nobody reaches it under its old address.',
      network,
      mine.mode,
      mac,
      to.name,
    ),
    details: differences(mac, mine, theirs, to),
    remedies: [
      {
        text: msg('Connect the network interface to a bridge that leads to the same network on both hosts.'),
      },
      {
        text: msg('Show the network on $0.', to.name),
        command: shellCommand('virsh', 'net-dumpxml', '--network', network),
        host: 'destination',
      },
    ],
  };
}

function hasUplink(bridge: string, { networkDevices }: HostReading): boolean {
  return [...networkDevices.values()].some(({ portOf, tap }) => portOf === bridge && tap !== true);
}

/** A bridge that has an uplink on this host, but none on the destination. */
export function bridgeDoubt(
  { type, network, source = '', openVswitch = false }: DomainInterface,
  here: HostReading,
  there: HostReading,
  { name }: DestinationHost,
): NetworkDoubt | undefined {
  if (type !== 'bridge' || network !== undefined || openVswitch) return undefined;
  const [mine, theirs] = [here.networkDevices.get(source), there.networkDevices.get(source)];
  if (mine?.bridge !== true || theirs?.bridge !== true) return undefined;
  const show: Remedy = {
    text: msg('Show the bridge and its ports on $0.', name),
    command: `${shellCommand('ip', 'link', 'show', 'dev', source)}; bridge link`,
    host: 'destination',
  };
  if (theirs.down === true && mine.down !== true)
    return {
      found: msg('The bridge $0 on $1 is not up, so the VM reaches nobody there.', source, name),
      details: [],
      remedies: [
        {
          text: msg('Set the bridge $0 on $1 up.', source, name),
          command: shellCommand('ip', 'link', 'set', 'dev', source, 'up'),
          host: 'destination',
        },
        show,
      ],
    };
  if (!hasUplink(source, here) || hasUplink(source, there)) return undefined;
  return {
    found: msg(
      'The bridge $0 has a port that leads out of this host, and none on $1. The VM reaches nobody outside there.',
      source,
      name,
    ),
    details: [],
    remedies: [
      { text: msg('Connect the bridge $0 on $1 to the same network as on this host.', source, name) },
      show,
    ],
  };
}
