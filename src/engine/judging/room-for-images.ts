// SPDX-License-Identifier: LGPL-2.1-or-later
import { type FactResult, FactUnavailable } from '../fact.ts';
import type { DestinationPool } from '../facts/destination-pools.ts';
import type { DiskCopy, DiskSize } from '../facts/disk-copies.ts';
import type { HostReading } from '../facts/host-reading.ts';
import type { Judgement, Remedy } from '../finding.ts';
import { msg } from '../message.ts';
import { folderOf } from '../paths.ts';
import { sizeWords } from '../quantity.ts';
import { shellCommand } from '../shell-quote.ts';

/** What disks that go to one file system of the destination need there, in bytes. */
interface Need {
  readonly disks: readonly string[];
  /** A folder in it, or the name of a storage pool. */
  readonly place: string;
  /** With less, copying fails. */
  readonly least: number;
  /** With so much, it does not. */
  readonly most: number;
  /** What is free for root, who makes the images, and for everybody else. */
  readonly free: { readonly root: number; readonly others: number };
}

/** Where the images go, and what is free there; throws where that was not told. */
function roomFor(
  { place, kind }: DiskCopy,
  shell: FactResult<HostReading>,
  pools: FactResult<readonly DestinationPool[]>,
): { readonly key: string; readonly place: string; readonly free: Need['free'] } {
  const pool = kind === 'volume' ? place.slice(0, place.indexOf('/')) : undefined;
  const known = pools.available ? pools.value : [];
  const inPool = known.find(({ name, path }) =>
    pool === undefined ? path === folderOf(place) : name === pool,
  );
  const folder = pool === undefined ? folderOf(place) : inPool?.path;
  const seen = shell.available && folder !== undefined ? shell.value.files.get(folder) : undefined;
  if (folder !== undefined && seen?.space !== undefined)
    return { key: `${seen.fileSystem} ${seen.mountSource}`, place: folder, free: seen.space };
  // Without a look at the folder, what libvirt there last counted.
  const free = inPool?.availableBytes;
  if (inPool !== undefined && free !== undefined)
    return { key: inPool.name, place: inPool.name, free: { root: free, others: free } };
  throw new FactUnavailable({
    why: msg('The destination did not tell how much space it has.'),
    remedies: [
      {
        text: msg('See how much is free where the image of $0 will be.', place),
        command:
          folder === undefined
            ? shellCommand('virsh', 'pool-info', '--pool', pool ?? '')
            : shellCommand('df', '-h', folder),
        host: 'destination',
      },
    ],
  });
}

/**
 * What one disk needs. Where libvirt makes the file: a raw one it allocates whole before anything is copied; one of another
 * format grows while it is copied, with libvirt 9.0 and QEMU 7.2 to its whole size, for zeros are written too (all seen in the
 * lab). A file that is there keeps what it has.
 */
function needOf(
  { place, format, capacityBytes, dataBytes }: DiskCopy & DiskSize,
  shell: FactResult<HostReading>,
): { readonly least: number; readonly most: number } {
  const there = shell.available ? shell.value.files.get(place) : undefined;
  if (there?.exists === true) {
    const has = there.allocatedBytes ?? 0;
    return { least: Math.max(0, dataBytes - has), most: Math.max(0, capacityBytes - has) };
  }
  return { least: format === 'raw' ? capacityBytes : dataBytes, most: capacityBytes };
}

function needsOf(
  disks: readonly DiskCopy[],
  shell: FactResult<HostReading>,
  pools: FactResult<readonly DestinationPool[]>,
): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const disk of disks) {
    // A device is there already, or there is none.
    if (disk.kind === 'block') continue;
    const { capacityBytes, dataBytes } = disk;
    if (capacityBytes === undefined || dataBytes === undefined)
      throw new FactUnavailable({ why: msg('libvirt did not tell how large $0 is.', disk.disk) });
    const { key, place, free } = roomFor(disk, shell, pools);
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

/** Is there room for the images of the disks that are copied? */
export function judgeImages(
  disks: readonly DiskCopy[],
  shell: FactResult<HostReading>,
  pools: FactResult<readonly DestinationPool[]>,
): Judgement {
  const needs = needsOf(disks, shell, pools);
  const remedy = ({ place }: Need): Remedy => ({
    text: msg('Make room there, or copy fewer disks.'),
    command: place.startsWith('/')
      ? shellCommand('df', '-h', place)
      : shellCommand('virsh', 'pool-info', '--pool', place),
    host: 'destination',
  });
  const full = needs.find(({ free, least }) => free.root < least);
  if (full !== undefined)
    return {
      verdict: 'block',
      found: msg(
        'The destination has $0 free in $1; copying $2 takes $3.',
        sizeWords(full.free.root),
        full.place,
        full.disks.join(', '),
        sizeWords(full.least),
      ),
      remedies: [remedy(full)],
    };
  const tight = needs.find(({ free, most }) => free.others < most);
  if (tight !== undefined)
    return {
      verdict: 'warn',
      found: msg(
        'The destination has $0 free in $1. What $2 holds now fits, but not all that the disks can hold ($3).',
        sizeWords(tight.free.others),
        tight.place,
        tight.disks.join(', '),
        sizeWords(tight.most),
      ),
      remedies: [remedy(tight)],
    };
  return {
    verdict: 'pass',
    found: msg('The destination has room for the disks that are copied.'),
    details: needs.map(({ disks: names, place, most, free }) =>
      msg('$0: $1 of $2 free in $3', names.join(', '), sizeWords(most), sizeWords(free.others), place),
    ),
  };
}
