// SPDX-License-Identifier: LGPL-2.1-or-later

import { shellCommand } from '../../base/index.ts';
import { parseDestination } from '../../destination/index.ts';
import type { Plan } from '../../plan/index.ts';

/** The destination, as texts and commands name it. */
export interface DestinationHost {
  readonly name: string;
  /** The user for ssh; root unless the URI names another. */
  readonly user: string;
  /** The port of ssh, if it is not the default. */
  readonly port?: number;
}

/** The destination of a plan. If the URI cannot be parsed, it is used as the name; another check reports it. */
export function destinationHost({ destination }: Pick<Plan, 'destination'>): DestinationHost {
  const input = parseDestination(destination, { localNames: [] });
  if (input.kind !== 'valid') return { name: destination.trim(), user: 'root' };
  const { transport, host, user, port } = input.parts;
  return {
    name: host,
    user: user ?? 'root',
    // With another transport, the port of the URI is libvirt's.
    ...(transport === 'ssh' && port !== undefined ? { port } : {}),
  };
}

/** A command for this host that runs a command line on the destination. */
export function overSsh({ name, user, port }: DestinationHost, command: string): string {
  const options = port === undefined ? [] : ['-p', String(port)];
  return shellCommand('ssh', ...options, '--', `${user}@${name}`, command);
}

/** Copies a file of this host to the same path on the destination. The folder may be missing there. */
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

/** Pipes the output of a virsh command on this host to virsh commands on the destination. */
export function virshOver(to: DestinationHost, here: readonly string[], there: string): string {
  return `${shellCommand('virsh', ...here)} | ${overSsh(to, there)}`;
}
