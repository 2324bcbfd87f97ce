// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { DestinationHost } from './destination-host.ts';
import { defineCommand, startCommand, type VirshObject } from './virsh-object.ts';

const poolObject: VirshObject = { prefix: 'pool', option: '--pool' };

/** Starts a storage pool that the destination has. */
export function startPool(pool: string, { name }: DestinationHost): Remedy {
  return {
    text: msg('Start the storage pool $0 on $1.', pool, name),
    command: startCommand(poolObject, pool),
    host: 'destination',
  };
}

/** Gives the destination a storage pool of this host. It is not built there: that may format a disk. */
export function definePool(pool: string, to: DestinationHost): Remedy {
  return {
    text: msg('Define the storage pool $0 on $1 as on this host, and start it.', pool, to.name),
    command: defineCommand(poolObject, pool, to),
    host: 'source',
  };
}

/** Lets libvirt on the destination look at a storage pool again. Until then it lists what it saw last. */
export function refreshPool(pool: string, { name }: DestinationHost): Remedy {
  return {
    text: msg('Refresh the storage pool $0 on $1.', pool, name),
    command: shellCommand('virsh', 'pool-refresh', '--pool', pool),
    host: 'destination',
  };
}
