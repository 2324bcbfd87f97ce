// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { FileReading } from '../facts/host-reading/index.ts';
import { type DestinationHost, overSsh } from './destination-host.ts';
import { copyFile } from './missing-path.ts';
import { isOfOneHost } from './shared-file-system.ts';

/** Text that needs no escaping anywhere. */
const plain = /^[\w@%+=:,./[\]-]+$/;

/** These names mean another server on each host. */
const thisHost = /^(localhost|127\.|\[?::1)/;

/** Mounts on the destination what this host has mounted, at the same mount point. */
export function mountStorage(path: string, local: FileReading | undefined, to: DestinationHost): Remedy {
  const { fileSystem = '', mountSource = '' } = local ?? {};
  const text =
    local === undefined || mountSource === ''
      ? msg('Mount the storage of $0 on $1, at the same place as on this host.', path, to.name)
      : msg('Mount $2 on $1 as on this host, so that $1 has $0.', path, to.name, mountSource);
  if (local?.exists !== true || !plain.test(mountSource) || thisHost.test(mountSource)) return { text };
  // `mount` names a FUSE file system by the part after the dot.
  const type = fileSystem.replace(/^fuse\./, '');
  if (!plain.test(type) || !plain.test(to.name)) return { text };
  const place = shellCommand('findmnt', '-no', 'TARGET', '-T', path);
  const mount = shellCommand('mount', '-t', type, '--', mountSource);
  return {
    text,
    // The other host reads the path as a line of input, so no shell interprets it.
    command: `${place} | ${overSsh(to, `IFS= read -r at && mkdir -p -- "$at" && ${mount} "$at"`)}`,
    host: 'source',
  };
}

/**
 * How to provide a missing image on the destination. A disk that the VM writes to is never copied by hand: the copy would be
 * inconsistent.
 */
export function provideImage(
  { path, disk, role }: Pick<DiskFile, 'path' | 'disk' | 'role'>,
  local: FileReading | undefined,
  to: DestinationHost,
): Remedy {
  if (local?.exists !== true || !isOfOneHost(path, local, new Map())) return mountStorage(path, local, to);
  return role === 'disk'
    ? {
        text: msg(
          'Copy $0 with the migration, or move the disk to storage that both hosts share ($1).',
          disk,
          path,
        ),
      }
    : copyFile(path, to);
}
