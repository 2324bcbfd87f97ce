// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainPath } from '../../../libvirt/domain-devices.ts';
import { dirname, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { FactResult } from '../fact.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { copyOver, type DestinationHost } from './destination-host.ts';

/** What to create on the destination: the path itself, or the folder in which QEMU creates it. */
export function placeOf({ path, wants }: Pick<DomainPath, 'path' | 'wants'>): string {
  return wants === 'parent' ? dirname(path) : path;
}

/** These folders contain devices and sockets, which the kernel and programs create. */
const notOfFiles = /^\/(?:dev|run|proc|sys|var\/run)\//;

/** True for what can be copied: a file, as far as this host shows. */
function isFile(path: string, source: FactResult<HostReading>): boolean {
  const kind = source.available ? source.value.files.get(path)?.kind : undefined;
  return !notOfFiles.test(path) && (kind === undefined || kind.startsWith('regular'));
}

/** How to provide a path that a device needs on the destination. */
export function makePath(wanted: DomainPath, source: FactResult<HostReading>, to: DestinationHost): Remedy {
  const { path, wants, device } = wanted;
  switch (wants) {
    case 'parent':
      return {
        text: msg('Create the folder $0 on $1.', placeOf(wanted), to.name),
        command: shellCommand('mkdir', '-p', '--', placeOf(wanted)),
        host: 'destination',
      };
    case 'pipe':
      return {
        text: msg('Create the named pipe $0 on $1.', path, to.name),
        command: shellCommand('mkfifo', '--', path),
        host: 'destination',
      };
    case 'listener':
      return { text: msg('Start the program on $1 that creates the socket $0.', path, to.name) };
    case 'exists':
    case 'afterwards':
      return isFile(path, source)
        ? copyFile(path, to)
        : { text: msg('Provide $0 on $1, or detach the device ($2) from the VM.', path, to.name, device) };
  }
}

/** Copies a file of this host to the destination. */
export function copyFile(path: string, to: DestinationHost): Remedy {
  return { text: msg('Copy $0 to $1.', path, to.name), command: copyOver(to, path), host: 'source' };
}
