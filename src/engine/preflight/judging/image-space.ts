// SPDX-License-Identifier: LGPL-2.1-or-later

import { dirname, msg, normalizePath, type Remedy, shellCommand, sizeText } from '../../base/index.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import type { DestinationPools } from '../facts/destination-pools.ts';
import { type DiskCopy, type DiskSize, locationName } from '../facts/disk-copies.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import type { Judgement } from '../finding.ts';
import type { DestinationHost } from './destination-host.ts';

/** The space for copied disks in one file system of the destination, in bytes. */
interface Need {
  readonly disks: readonly string[];
  /** A folder in it, or a storage pool. */
  readonly place: string;
  /** With less free, the copy fails. */
  readonly least: number;
  /** With this much free space, the copy cannot run out of space. */
  readonly most: number;
  readonly free: number;
}

/** Types of pools that are folders of a file system, to which other programs also write. */
const ofFiles = /^(dir|fs|netfs)$/;

/** The location of an image, and the free space there. */
interface Room {
  /** The same for two locations that share their space. */
  readonly key: string;
  readonly place: string;
  readonly free: number;
}

/** The destination, as far as it is known; `asRoot`: libvirt there creates the images as root. */
export interface SpaceThere {
  readonly to: DestinationHost;
  readonly shell: FactResult<HostReading>;
  readonly asRoot: boolean;
}

/** Finds the location of an image; throws FactUnavailable if its free space is unknown. */
function roomFor({ place }: DiskCopy, { to, shell, asRoot }: SpaceThere, { pools }: DestinationPools): Room {
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
  // Only libvirt uses space of a volume group, so its figure is still correct.
  if (pool !== undefined && counted !== undefined && !ofFiles.test(pool.type))
    return { key: `pool ${pool.uuid}`, place: pool.name, free: counted };
  throw new FactUnavailable({
    why:
      counted === undefined
        ? msg('Not checked: $0 did not tell how much space is free.', to.name)
        : msg(
            'Not checked: libvirt on $1 counted $0 free when it last looked, and that may be long ago.',
            sizeText(counted),
            to.name,
          ),
    remedies: [showSpace(folder ?? pool?.name ?? locationName(place), to)],
  });
}

/** A location is a folder or a storage pool. */
function showSpace(place: string, { name }: DestinationHost): Remedy {
  return {
    text: msg('Show the free space in $0 on $1.', place, name),
    command: place.startsWith('/')
      ? shellCommand('df', '-h', '--', place)
      : shellCommand('virsh', 'pool-info', '--pool', place),
    host: 'destination',
  };
}

/** libvirt 9.0 preallocates these images fully (posix_fallocate, and qcow2 with preallocation=falloc). */
const allocatedWhole = /^(raw|qcow2)$/;

/** The space for one disk. An existing file needs only what exceeds its present allocation. */
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

function needsOf(disks: readonly DiskCopy[], there: SpaceThere, pools: DestinationPools): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const disk of disks) {
    // libvirt does not create devices, nor volumes that exist.
    if (disk.place.kind === 'block' || (disk.place.kind === 'volume' && pools.listed.has(disk.disk)))
      continue;
    const { capacityBytes, dataBytes } = disk;
    if (capacityBytes === undefined || dataBytes === undefined)
      throw new FactUnavailable({
        why: msg('Not checked: the size of $0 is not known to libvirt.', disk.disk),
      });
    const { key, place, free } = roomFor(disk, there, pools);
    const { least, most } = needOf({ ...disk, capacityBytes, dataBytes }, there.shell);
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

function makeRoom({ place, disks }: Need, missing: number, to: DestinationHost): readonly [Remedy, Remedy] {
  return [
    {
      text: msg(
        'Free $0 in $1 on $2, or do not copy $3.',
        sizeText(missing),
        place,
        to.name,
        disks.join(', '),
      ),
    },
    showSpace(place, to),
  ];
}

/** Does the destination have space for the images of copied disks? */
export function judgeImageSpace(
  disks: readonly DiskCopy[],
  there: SpaceThere,
  pools: FactResult<DestinationPools>,
): Judgement {
  const { to } = there;
  const needs = needsOf(disks, there, required(pools));
  const full = needs.find(({ free, least }) => free < least);
  if (full !== undefined)
    return {
      verdict: 'block',
      found: msg(
        '$4 has only $0 free in $1; the copy of $2 needs $3.',
        sizeText(full.free),
        full.place,
        full.disks.join(', '),
        sizeText(full.least),
        to.name,
      ),
      remedies: makeRoom(full, full.least - full.free, to),
    };
  const tight = needs.find(({ free, most }) => free < most);
  if (tight !== undefined)
    return {
      verdict: 'warn',
      found: msg(
        '$4 has $0 free in $1. The content of $2 fits now, but the disks may grow to $3.',
        sizeText(tight.free),
        tight.place,
        tight.disks.join(', '),
        sizeText(tight.most),
        to.name,
      ),
      remedies: makeRoom(tight, tight.most - tight.free, to),
    };
  return {
    verdict: 'pass',
    found: msg('$0 has room for the disks that are copied.', to.name),
    details: needs.map(({ disks: names, place, most, free }) =>
      msg('$0: needs at most $1; $2 free in $3', names.join(', '), sizeText(most), sizeText(free), place),
    ),
  };
}
