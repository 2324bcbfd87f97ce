// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { type DestinationHost, virshOver } from './destination-host.ts';

/** Starts a storage pool that the destination has. */
export function startPool(pool: string, { name }: DestinationHost): Remedy {
  return {
    text: msg('Start the storage pool $0 on $1.', pool, name),
    command: shellCommand('virsh', 'pool-start', '--pool', pool),
    host: 'destination',
  };
}

/** Gives the destination a storage pool of this host. It is not built there: that may format a disk. */
export function definePool(pool: string, to: DestinationHost): Remedy {
  const start = shellCommand('virsh', 'pool-start', '--pool', pool);
  return {
    text: msg('Define the storage pool $0 on $1 as on this host, and start it.', pool, to.name),
    command: virshOver(
      to,
      ['pool-dumpxml', '--inactive', '--pool', pool],
      `virsh pool-define /dev/stdin && ${start}`,
    ),
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
