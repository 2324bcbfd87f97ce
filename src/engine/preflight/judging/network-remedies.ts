// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import type { DestinationHost } from './destination-host.ts';
import { defineCommand, startCommand, type VirshObject } from './virsh-object.ts';

const networkObject: VirshObject = { prefix: 'net', option: '--network' };

/** Starts a network that the destination has. */
export function startNetwork(network: string, { name }: DestinationHost): Remedy {
  return {
    text: msg('Start the network $0 on $1.', network, name),
    command: startCommand(networkObject, network),
    host: 'destination',
  };
}

/** Gives the destination a network of this host. */
export function defineNetwork(network: string, to: DestinationHost): Remedy {
  return {
    text: msg('Define the network $0 on $1 as on this host, and start it.', network, to.name),
    command: defineCommand(networkObject, network, to),
    host: 'source',
  };
}
