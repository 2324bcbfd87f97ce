// SPDX-License-Identifier: LGPL-2.1-or-later

import { dirname, msg, normalizePath, type Remedy, shellCommand, sizeText } from '../../base/index.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import type { DestinationPools } from '../facts/destination-pools.ts';
import { type DiskCopy, type DiskSize, locationName } from '../facts/disk-copies.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import type { Judgement } from '../finding.ts';

/** What disks that go to one file system of the destination need there, in bytes. */
interface Need {
  readonly disks: readonly string[];
  /** A folder in it, or the name of a storage pool. */
  readonly place: string;
  /** With less, copying fails. */
  readonly least: number;
  /** With so much, it does not. */
  readonly most: number;
  readonly free: number;
}

/** Pools whose folder is one of a file system, where others write too. */
const ofFiles = /^(dir|fs|netfs)$/;

/** Where an image goes, and what is free there. */
interface Room {
  /** The same for two places that share their room. */
  readonly key: string;
  readonly place: string;
  readonly free: number;
}

/** Where the images go, and what is free there; throws where that was not told. */
function roomFor(
  { place }: DiskCopy,
  shell: FactResult<HostReading>,
  { pools }: DestinationPools,
  asRoot: boolean,
): Room {
  const folderOfFile = place.kind === 'volume' ? undefined : dirname(normalizePath(place.path));
  const pool = pools.find(({ name, path }) =>
    place.kind === 'volume' ? name === place.pool : path === folderOfFile,
  );
  const folder = folderOfFile ?? (pool !== undefined && ofFiles.test(pool.type) ? pool.path : undefined);
  const space = shell.available && folder !== undefined ? shell.value.files.get(folder)?.space : undefined;
  if (folder !== undefined && space !== undefined)
    return {
      key: `file system ${space.fileSystemId}`,
      place: folder,
      free: asRoot ? space.root : space.others,
    };
  const counted = pool?.availableBytes;
  // Nobody but libvirt takes room from a volume group, so that what it counted holds.
  if (pool !== undefined && counted !== undefined && !ofFiles.test(pool.type))
    return { key: `pool ${pool.uuid}`, place: pool.name, free: counted };
  throw new FactUnavailable({
    why:
      counted === undefined
        ? msg('The destination did not tell how much space it has.')
        : msg('libvirt there counted $0 free when it last looked, which may be long ago.', sizeText(counted)),
    remedies: [
      {
        text: msg('See how much is free where the image of $0 will be.', locationName(place)),
        command:
          folder === undefined
            ? shellCommand('virsh', 'pool-info', '--pool', pool?.name ?? locationName(place))
            : shellCommand('df', '-h', '--', folder),
        host: 'destination',
      },
    ],
  });
}

/** Images that libvirt allocates whole before anything is copied (9.0: posix_fallocate, and qcow2 with preallocation=falloc). */
const allocatedWhole = /^(raw|qcow2)$/;

/** What one disk needs. A file that is there keeps what it has, and takes what is copied beyond that. */
function needOf(
  { place, format, capacityBytes, dataBytes }: DiskCopy & DiskSize,
  shell: FactResult<HostReading>,
): { readonly least: number; readonly most: number } {
  const there = shell.available && place.kind === 'file' ? shell.value.files.get(place.path) : undefined;
  if (there?.exists === true) {
    const has = there.allocatedBytes ?? 0;
    return { least: Math.max(0, dataBytes - has), most: Math.max(0, capacityBytes - has) };
  }
  return { least: allocatedWhole.test(format ?? 'raw') ? capacityBytes : dataBytes, most: capacityBytes };
}

function needsOf(
  disks: readonly DiskCopy[],
  shell: FactResult<HostReading>,
  pools: DestinationPools,
  asRoot: boolean,
): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const disk of disks) {
    // A device is there already, or there is none; and a volume that is there is not made anew.
    if (disk.place.kind === 'block' || (disk.place.kind === 'volume' && pools.listed.has(disk.disk)))
      continue;
    const { capacityBytes, dataBytes } = disk;
    if (capacityBytes === undefined || dataBytes === undefined)
      throw new FactUnavailable({ why: msg('libvirt did not tell how large $0 is.', disk.disk) });
    const { key, place, free } = roomFor(disk, shell, pools, asRoot);
    const { least, most } = needOf({ ...disk, capacityBytes, dataBytes }, shell);
    const before = needs.get(key);
    needs.set(key, {
      disks: [...(before?.disks ?? []), disk.disk],
      place,
      least: least + (before?.least ?? 0),
      most: most + (before?.most ?? 0),
      free,
    });
  }
  return [...needs.values()];
}

/** Is there room for the images of the disks that are copied? `asRoot`: libvirt there makes them as root. */
export function judgeImageSpace(
  disks: readonly DiskCopy[],
  shell: FactResult<HostReading>,
  pools: FactResult<DestinationPools>,
  asRoot: boolean,
): Judgement {
  const needs = needsOf(disks, shell, required(pools), asRoot);
  const remedy = ({ place }: Need): Remedy => ({
    text: msg('Make room there, or copy fewer disks.'),
    command: place.startsWith('/')
      ? shellCommand('df', '-h', '--', place)
      : shellCommand('virsh', 'pool-info', '--pool', place),
    host: 'destination',
  });
  const full = needs.find(({ free, least }) => free < least);
  if (full !== undefined)
    return {
      verdict: 'block',
      found: msg(
        'The destination has $0 free in $1; copying $2 takes $3.',
        sizeText(full.free),
        full.place,
        full.disks.join(', '),
        sizeText(full.least),
      ),
      remedies: [remedy(full)],
    };
  const tight = needs.find(({ free, most }) => free < most);
  if (tight !== undefined)
    return {
      verdict: 'warn',
      found: msg(
        'The destination has $0 free in $1. What $2 holds now fits, but not all that the disks can hold ($3).',
        sizeText(tight.free),
        tight.place,
        tight.disks.join(', '),
        sizeText(tight.most),
      ),
      remedies: [remedy(tight)],
    };
  return {
    verdict: 'pass',
    found: msg('The destination has room for the disks that are copied.'),
    details: needs.map(({ disks: names, place, most, free }) =>
      msg('$0: $1 of $2 free in $3', names.join(', '), sizeText(most), sizeText(free), place),
    ),
  };
}
