// SPDX-License-Identifier: LGPL-2.1-or-later

import { dirname, msg, normalizePath, type Remedy, shellCommand } from '../../base/index.ts';
import type { DestinationPools } from '../facts/destination-pools.ts';
import { type DiskCopy, locationName } from '../facts/disk-copies.ts';
import type { CopyProblem } from './copied-disk.ts';
import type { DestinationHost } from './destination-host.ts';

/** The size of a device or raw file as QEMU sees it: whole sectors. */
const sectorBytes = 512;

/** The size of the existing content: libvirt's figure for an image format such as qcow2. */
function sizeOf(
  { disk, format }: DiskCopy,
  fileBytes: number | undefined,
  { listed }: DestinationPools,
): number | undefined {
  return listed.get(disk)?.capacityBytes ?? (format === 'raw' ? fileBytes : undefined);
}

/** Renames the existing file. virsh cannot rename a volume. */
function keep({ disk, place }: DiskCopy, { pools, listed }: DestinationPools, to: DestinationHost): Remedy {
  const text = msg('Keep what is there: rename $0 on $1.', locationName(place), to.name);
  switch (place.kind) {
    case 'block':
      return { text: msg('Make sure that nothing on $1 needs the content of $0.', place.path, to.name) };
    case 'file': {
      // libvirt does not create a file that its pool still lists.
      const folder = dirname(normalizePath(place.path));
      const pool = listed.has(disk) ? pools.find(({ path }) => path === folder)?.name : undefined;
      const rename = shellCommand('mv', '-n', '--', place.path, `${place.path}.old`);
      const refresh =
        pool === undefined ? '' : ` && ${shellCommand('virsh', 'pool-refresh', '--pool', pool)}`;
      return { text, command: `${rename}${refresh}`, host: 'destination' };
    }
    case 'volume': {
      const volume = ['--pool', place.pool, '--vol', place.volume];
      const clone = shellCommand('virsh', 'vol-clone', ...volume, '--newname', `${place.volume}-old`);
      return {
        text,
        command: `${clone} && ${shellCommand('virsh', 'vol-delete', ...volume)}`,
        host: 'destination',
      };
    }
  }
}

/** QEMU copies only onto an image of the same size: "Source and target image have different sizes". */
function otherSize(
  copy: DiskCopy,
  bytes: number | undefined,
  pools: DestinationPools,
  to: DestinationHost,
): CopyProblem | undefined {
  const { disk, place, capacityBytes } = copy;
  if (copy.encrypted || capacityBytes === undefined || bytes === undefined) return undefined;
  const seen = Math.ceil(bytes / sectorBytes) * sectorBytes;
  if (seen === capacityBytes) return undefined;
  return {
    kind: 'impossible',
    found: msg(
      '$0 ($1) has $2 bytes on $4 and $3 bytes on this host. QEMU copies only onto an image of the same size.',
      locationName(place),
      disk,
      seen,
      capacityBytes,
      to.name,
    ),
    remedies: [
      place.kind === 'block'
        ? { text: msg('Give the device $0 on $1 a size of $2 bytes.', place.path, to.name, capacityBytes) }
        : keep(copy, pools, to),
    ],
  };
}

/** Something exists at the path: QEMU refuses another size, and overwrites the same size. */
export function occupied(
  copy: DiskCopy,
  fileBytes: number | undefined,
  pools: DestinationPools,
  to: DestinationHost,
): CopyProblem {
  const { disk, place } = copy;
  return (
    otherSize(copy, sizeOf(copy, fileBytes, pools), pools, to) ?? {
      kind: 'overwrites',
      found: msg('$2 already has $0 ($1). The copy would overwrite it.', locationName(place), disk, to.name),
      remedies: [keep(copy, pools, to)],
    }
  );
}
