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

/** Defines a storage pool of this host on the destination. It is not built there: that may format a disk. */
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

/** Refreshes a storage pool of the destination. Until then, libvirt lists its old content. */
export function refreshPool(pool: string, { name }: DestinationHost): Remedy {
  return {
    text: msg('Refresh the storage pool $0 on $1.', pool, name),
    command: shellCommand('virsh', 'pool-refresh', '--pool', pool),
    host: 'destination',
  };
}
