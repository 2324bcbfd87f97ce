// SPDX-License-Identifier: LGPL-2.1-or-later

import { confText } from '../../../libvirt/vir-conf.ts';
import { basename, dirname, msg, normalizePath, type Remedy, shellCommand } from '../../base/index.ts';
import type { DestinationPool, DestinationPools } from '../facts/destination-pools.ts';
import { type DiskCopy, locationName } from '../facts/disk-copies.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import type { CopyProblem } from './copied-disk.ts';
import type { DestinationHost } from './destination-host.ts';
import { grantAccess, mountForWriting } from './image-access.ts';
import { refreshPool, startPool } from './pool-remedies.ts';

/** libvirt creates an image without its encryption (seen with 9.0: QEMU then refuses to open it). */
export function encrypted(
  { disk, place, format, capacityBytes }: DiskCopy,
  { name }: DestinationHost,
): CopyProblem {
  return {
    kind: 'impossible',
    found: msg(
      '$2 cannot create the encrypted image of $0 ($1): libvirt creates only images without encryption.',
      disk,
      locationName(place),
      name,
    ),
    remedies: [
      capacityBytes === undefined
        ? {
            text: msg(
              'Create an encrypted image ($0) of the same size on $1, with the same secret. The migration then copies into it.',
              format ?? 'luks',
              name,
            ),
          }
        : {
            text: msg(
              'Create an encrypted image ($0) of $2 bytes on $1, with the same secret. The migration then copies into it.',
              format ?? 'luks',
              name,
              capacityBytes,
            ),
          },
    ],
  };
}

/** Creates a storage pool for the folder, with the folder's name. */
function makePool(folder: string, { name }: DestinationHost): Remedy {
  const pool = basename(folder) || 'root';
  return {
    text: msg('Create a storage pool for the folder $0 on $1, and start it.', folder, name),
    command: [
      shellCommand('virsh', 'pool-define-as', '--name', pool, '--type', 'dir', '--target', folder),
      ...['pool-build', 'pool-start', 'pool-autostart'].map((word) =>
        shellCommand('virsh', word, '--pool', pool),
      ),
    ].join(' && '),
    host: 'destination',
  };
}

/** The file is missing: libvirt creates it in the active pool of its folder (qemuMigrationDstPrecreateDisk). */
export function missingFile(
  copy: DiskCopy,
  path: string,
  there: HostReading,
  { pools, listed }: DestinationPools,
  to: DestinationHost,
): CopyProblem | undefined {
  const { disk } = copy;
  if (copy.encrypted) return encrypted(copy, to);
  const folder = dirname(normalizePath(path));
  const ofFolder = (pool: DestinationPool): boolean => pool.path === folder;
  const pool = pools.find((one) => one.active && ofFolder(one));
  if (pool === undefined) {
    const stopped = pools.find(ofFolder);
    return {
      kind: 'impossible',
      found: msg(
        '$2 has no active storage pool with the folder $0, so libvirt there cannot create the image of $1.',
        folder,
        disk,
        to.name,
      ),
      remedies: [stopped === undefined ? makePool(folder, to) : startPool(stopped.name, to)],
    };
  }
  // libvirt does not create a volume that it still lists.
  if (listed.has(disk))
    return {
      kind: 'impossible',
      found: msg(
        'The storage pool $0 on $3 lists $1 ($2), but the file is gone. In that case libvirt does not create it.',
        pool.name,
        path,
        disk,
        to.name,
      ),
      remedies: [refreshPool(pool.name, to)],
    };
  return closedFolder(copy, path, there, to);
}

/** Can libvirt write to the folder, and can QEMU's user open a file that libvirt creates in it? */
function closedFolder(
  copy: DiskCopy,
  path: string,
  there: HostReading,
  to: DestinationHost,
): CopyProblem | undefined {
  const { disk } = copy;
  const folder = dirname(normalizePath(path));
  const { readOnly, qemu } = there.files.get(folder) ?? {};
  if (readOnly === true)
    return {
      kind: 'impossible',
      found: msg(
        'The folder $0 on $2 is read-only, so libvirt there cannot create the image of $1.',
        folder,
        disk,
        to.name,
      ),
      remedies: [mountForWriting(folder, to)],
    };
  if (qemu?.reach === false || qemu?.enter === false)
    return {
      kind: 'impossible',
      found: msg(
        'QEMU’s user on $3 (number $0) cannot enter $1, where the image of $2 goes.',
        String(there.qemuUser ?? '?'),
        folder,
        disk,
        to.name,
      ),
      remedies: grantAccess(path, there, to),
    };
  return ofRoot(copy, path, there, to);
}

/** With dynamic_ownership = 0, the image still belongs to root, which created it. */
function ofRoot(
  { disk, format, capacityBytes }: DiskCopy,
  path: string,
  { settings, qemuUser }: HostReading,
  { name }: DestinationHost,
): CopyProblem | undefined {
  if (confText(settings, 'dynamic_ownership') !== '0' || qemuUser === undefined || qemuUser === 0)
    return undefined;
  const create = shellCommand('qemu-img', 'create', '-f', format ?? 'raw', '--', path, String(capacityBytes));
  return {
    kind: 'impossible',
    found: msg(
      'QEMU’s user on $2 (number $1) cannot open the image of $0 there: libvirt creates it for root and does not change owners.',
      disk,
      String(qemuUser),
      name,
    ),
    remedies: [
      {
        text: msg('Create $0 on $1 for QEMU’s user, check again, and let the copy overwrite it.', path, name),
        ...(capacityBytes === undefined
          ? {}
          : {
              command: `${create} && ${shellCommand('chown', '--', String(qemuUser), path)}`,
              host: 'destination',
            }),
      },
      {
        text: msg(
          'Or let libvirt on $0 change owners: remove dynamic_ownership from qemu.conf and restart libvirt.',
          name,
        ),
      },
    ],
  };
}
