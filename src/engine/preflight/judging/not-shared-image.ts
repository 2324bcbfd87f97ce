// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import type { FileReading } from '../facts/host-reading/index.ts';
import { compareByHand, type DiskVerdict } from './disk-verdict.ts';
import { type Image, imageOnDestination, isOfClonedHosts } from './seen-image.ts';
import { isFileSystemOfOneHost } from './shared-file-system.ts';

const moveToShared = (disk: string): Remedy => ({
  text: msg(
    'Move $0 to storage that both hosts share (NFS, GlusterFS, Ceph, iSCSI), under the same path on both.',
    disk,
  ),
});

function onlyHere({ file: { disk, path }, local, say }: Image): DiskVerdict {
  return {
    ...say(
      'block',
      msg(
        '$0 ($1) is only on this host. On a file system that is not shared ($2), libvirt refuses to migrate a disk.',
        disk,
        path,
        local.fileSystem,
      ),
      moveToShared(disk),
    ),
    ofThisHost: true,
  };
}

/** This host may serve the storage that the destination uses over the network: then both have the same file. */
function servedHere(
  { file: { disk, path }, local, there: { host }, say }: Image,
  seen: FileReading,
): DiskVerdict {
  return say(
    'block',
    msg(
      '$0 ($1) is on $2 of this host, and $3 has a file under that path on $4 ($5). If this host serves that storage, both are one file, which libvirt refuses to migrate from $2.',
      disk,
      path,
      local.fileSystem,
      host.name,
      seen.fileSystem,
      seen.mountSource,
    ),
    {
      text: msg(
        'If this host serves that storage, mount it over the network on this host too, as on $1. Do not copy $0: it would be copied onto itself.',
        disk,
        host.name,
      ),
    },
    compareByHand(path, host),
  );
}

/** A file system that libvirt does not recognize as shared, or two mounts of one local file system. */
function notTakenForShared({ file: { disk, path }, local, compared, say }: Image): DiskVerdict {
  const known = {
    text: msg(
      'If both hosts share the folder, name it in shared_filesystems in qemu.conf on both, and restart libvirt. Versions from 10.9 know that setting.',
    ),
  };
  return {
    ...say(
      'block',
      compared.kind === 'same'
        ? msg(
            '$0 ($1) is the same file on both hosts, but libvirt does not know its file system ($2) as shared, and refuses to migrate it.',
            disk,
            path,
            local.fileSystem,
          )
        : msg(
            'The file system of $0 ($1) is one that libvirt does not know as shared: $2. So libvirt refuses to migrate the disk.',
            disk,
            path,
            local.fileSystem,
          ),
      known,
      moveToShared(disk),
    ),
    ...(compared.kind === 'missing' || compared.kind === 'different' ? { ofThisHost: true as const } : {}),
  };
}

/** libvirt refuses a writable file that it does not recognize as shared. The reason depends on what the destination has there. */
export function notShared(image: Image): DiskVerdict {
  const { file, local, compared, there } = image;
  const seen = imageOnDestination(file, there);
  if (!isFileSystemOfOneHost(local)) return notTakenForShared(image);
  if (seen?.exists === true && !isFileSystemOfOneHost(seen)) return servedHere(image, seen);
  return compared.kind === 'same' && !isOfClonedHosts(local, seen)
    ? notTakenForShared(image)
    : onlyHere(image);
}
