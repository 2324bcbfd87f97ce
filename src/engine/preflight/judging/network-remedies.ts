// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { type DestinationHost, virshOver } from './destination-host.ts';

/** Starts a network that the destination has. */
export function startNetwork(network: string, { name }: DestinationHost): Remedy {
  return {
    text: msg('Start the network $0 on $1.', network, name),
    command: shellCommand('virsh', 'net-start', '--network', network),
    host: 'destination',
  };
}

/** Defines a network of this host on the destination. */
export function defineNetwork(network: string, to: DestinationHost): Remedy {
  const start = shellCommand('virsh', 'net-start', '--network', network);
  return {
    text: msg('Define the network $0 on $1 as on this host, and start it.', network, to.name),
    command: virshOver(
      to,
      ['net-dumpxml', '--inactive', '--network', network],
      `virsh net-define /dev/stdin && ${start}`,
    ),
    host: 'source',
  };
}
