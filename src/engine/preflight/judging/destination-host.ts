// SPDX-License-Identifier: LGPL-2.1-or-later

import { shellCommand } from '../../base/index.ts';
import { parseDestination } from '../../destination/index.ts';
import type { Plan } from '../../plan/index.ts';

/** The destination, as texts and commands name it. */
export interface DestinationHost {
  readonly name: string;
  /** Who signs in there over ssh; root unless the URI names somebody else. */
  readonly user: string;
  /** The port of ssh, where it is not the usual one. */
  readonly port?: number;
}

/** The destination of a plan. A URI that cannot be read stands for itself: then another check speaks of it. */
export function destinationHost({ destination }: Pick<Plan, 'destination'>): DestinationHost {
  const input = parseDestination(destination, { localNames: [] });
  if (input.kind !== 'valid') return { name: destination.trim(), user: 'root' };
  const { transport, host, user, port } = input.parts;
  return {
    name: host,
    user: user ?? 'root',
    // The port of a URI with another transport is that of libvirt.
    ...(transport === 'ssh' && port !== undefined ? { port } : {}),
  };
}

/** Runs one command line on the destination, from this host. */
export function overSsh({ name, user, port }: DestinationHost, command: string): string {
  const options = port === undefined ? [] : ['-p', String(port)];
  return shellCommand('ssh', ...options, '--', `${user}@${name}`, command);
}

/** Puts a file of this host under the same path on the destination. The folder may be missing there. */
export function copyOver(to: DestinationHost, path: string): string {
  const { name, user, port } = to;
  const options = port === undefined ? [] : ['-P', String(port)];
  const folder = path.replace(/[^/]*$/, '');
  const host = name.includes(':') ? `[${name}]` : name;
  return [
    overSsh(to, shellCommand('mkdir', '-p', '--', folder)),
    shellCommand('scp', '-p', ...options, '--', path, `${user}@${host}:${folder}`),
  ].join(' && ');
}

/** Gives what one command of virsh prints on this host to commands of virsh on the destination, on their standard input. */
export function virshOver(to: DestinationHost, here: readonly string[], there: string): string {
  return `${shellCommand('virsh', ...here)} | ${overSsh(to, there)}`;
}
