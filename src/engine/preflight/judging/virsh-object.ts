// SPDX-License-Identifier: LGPL-2.1-or-later
import { shellCommand } from '../../base/index.ts';
import { type DestinationHost, virshOver } from './destination-host.ts';

/** How virsh names a kind of object: `virsh net-start --network NAME`, `virsh pool-start --pool NAME` (man virsh). */
export interface VirshObject {
  readonly prefix: 'net' | 'pool';
  readonly option: '--network' | '--pool';
}

/** Starts an object on the host where the command is run. */
export function startCommand({ prefix, option }: VirshObject, name: string): string {
  return shellCommand('virsh', `${prefix}-start`, option, name);
}

/** Run on this host: defines an object on the destination as it is here, and starts it there. */
export function defineCommand(object: VirshObject, name: string, to: DestinationHost): string {
  const { prefix, option } = object;
  return virshOver(
    to,
    [`${prefix}-dumpxml`, '--inactive', option, name],
    `virsh ${prefix}-define /dev/stdin && ${startCommand(object, name)}`,
  );
}
