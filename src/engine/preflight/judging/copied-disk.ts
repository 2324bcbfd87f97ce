// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import {
  basename,
  dirname,
  type Message,
  msg,
  normalizePath,
  type Remedy,
  shellCommand,
} from '../../base/index.ts';
import { type FactResult, required } from '../fact.ts';
import type { DestinationPool, DestinationPools } from '../facts/destination-pools.ts';
import { type DiskCopy, locationName } from '../facts/disk-copies.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { fileExists } from './file-exists.ts';

/** What stands against copying a disk to its place on the destination. */
export interface CopyProblem {
  readonly found: Message;
  readonly remedy: Remedy;
  /** `overwrites`: it works, and what is there is lost. `impossible`: libvirt or QEMU refuses. */
  readonly kind: 'overwrites' | 'impossible';
}

/** What is known of the destination. */
export interface CopyTarget {
  readonly shell: FactResult<HostReading>;
  readonly pools: FactResult<DestinationPools>;
}

/**
 * The files that have to be on the destination, whatever is copied. What a copied disk is built upon is copied into it, unless
 * the definition itself names it (`<backingStore>`): then QEMU there looks for it (both seen with libvirt 9.0).
 */
export function filesNotCopied(
  files: readonly DiskFile[],
  copies: readonly Pick<DiskCopy, 'disk'>[],
  migratable: Pick<DomainConfig, 'disks'> | undefined,
): readonly DiskFile[] {
  const copied = new Set(copies.map(({ disk }) => disk));
  return files.filter(
    ({ disk, path, role }) =>
      !copied.has(disk) ||
      (role === 'base' &&
        migratable?.disks.some(({ target, backingChain }) => target === disk && backingChain.includes(path))),
  );
}

const onDestination = (text: Message, command: string): Remedy => ({ text, command, host: 'destination' });

function overwrites(copy: DiskCopy): CopyProblem {
  const { disk, place } = copy;
  return {
    kind: 'overwrites',
    found: msg(
      '$0 ($1) is there on the destination already, and would be overwritten',
      locationName(place),
      disk,
    ),
    remedy:
      place.kind === 'volume'
        ? onDestination(
            msg('Make sure that nobody needs what is there, or keep it under another name.'),
            shellCommand('virsh', 'vol-info', '--pool', place.pool, '--vol', place.volume),
          )
        : onDestination(
            msg('Make sure that nobody needs what is there, or keep it under another name.'),
            shellCommand('ls', '-ln', '--', place.path),
          ),
  };
}

/** A pool that has to be there and active: what to do where it is not. */
function poolRemedy(
  pools: readonly DestinationPool[],
  fits: (pool: DestinationPool) => boolean,
  make: Remedy,
): Remedy {
  const asleep = pools.find((pool) => !pool.active && fits(pool));
  return asleep === undefined
    ? make
    : onDestination(
        msg('Start the storage pool $0 there.', asleep.name),
        shellCommand('virsh', 'pool-start', '--pool', asleep.name),
      );
}

/** Libvirt still lists what was taken away, and then does not make it; or does not list what was put there, and cannot make it. */
function staleList(found: Message, pool: string): CopyProblem {
  return {
    kind: 'impossible',
    found,
    remedy: onDestination(
      msg('Let libvirt there look at the storage pool anew.'),
      shellCommand('virsh', 'pool-refresh', '--pool', pool),
    ),
  };
}

/** libvirt makes an image of what the guest sees, without its encryption (seen with 9.0: QEMU then refuses to open it). */
function encrypted({ disk, place, format }: DiskCopy): CopyProblem {
  return {
    kind: 'impossible',
    found: msg(
      'libvirt cannot make the encrypted image of $0 ($1) on the destination',
      disk,
      locationName(place),
    ),
    remedy: {
      text: msg(
        'Make an encrypted image ($0) of the same size there yourself, with the same secret; it is then copied onto.',
        format ?? 'luks',
      ),
    },
  };
}

/** A file that is not there: libvirt makes it in the active pool of that folder (qemuMigrationDstPrecreateDisk). */
function missingFile(
  copy: DiskCopy,
  path: string,
  there: HostReading,
  { pools, listed }: DestinationPools,
): CopyProblem | undefined {
  const { disk } = copy;
  if (copy.encrypted) return encrypted(copy);
  const folder = dirname(normalizePath(path));
  const ofFolder = (pool: DestinationPool): boolean => pool.path === folder;
  const pool = pools.find((one) => one.active && ofFolder(one));
  if (pool === undefined)
    return {
      kind: 'impossible',
      found: msg(
        'no active storage pool of the destination has the folder $0, so libvirt cannot make the image of $1 there',
        folder,
        disk,
      ),
      remedy: poolRemedy(
        pools,
        ofFolder,
        onDestination(
          msg('Make a storage pool of that folder there, and start it.'),
          ['pool-define-as', 'pool-build', 'pool-start', 'pool-autostart']
            .map((word) =>
              word === 'pool-define-as'
                ? shellCommand('virsh', word, '--target', folder, '--', basename(folder) || 'root', 'dir')
                : shellCommand('virsh', word, '--', basename(folder) || 'root'),
            )
            .join(' && '),
        ),
      ),
    };
  if (listed.has(disk))
    return staleList(
      msg(
        'the storage pool $0 there lists $1 ($2), but the file is gone; libvirt would not make it',
        pool.name,
        path,
        disk,
      ),
      pool.name,
    );
  return closedFolder(copy, folder, there);
}

/** May QEMU there open what libvirt makes in that folder? */
function closedFolder({ disk }: DiskCopy, folder: string, there: HostReading): CopyProblem | undefined {
  const user = String(there.qemuUser ?? '?');
  if (there.files.get(folder)?.readOnly === true)
    return {
      kind: 'impossible',
      found: msg(
        'the folder $0 cannot be written on the destination, so that $1 cannot be made there',
        folder,
        disk,
      ),
      remedy: onDestination(
        msg('Mount its storage there for writing.'),
        shellCommand('findmnt', '-T', folder),
      ),
    };
  const { reach, enter } = there.files.get(folder)?.qemu ?? {};
  if (reach === false || enter === false)
    return {
      kind: 'impossible',
      found: msg(
        "QEMU's user on the destination (number $0) may not go to $1, where $2 would be",
        user,
        folder,
        disk,
      ),
      remedy: onDestination(
        msg('Let that user pass through all folders on the way.'),
        shellCommand('namei', '-l', '--', folder),
      ),
    };
  if (there.settings.get('dynamic_ownership') === '0' && there.qemuUser !== undefined && there.qemuUser !== 0)
    return {
      kind: 'impossible',
      found: msg(
        "libvirt there makes the image of $0 for root and leaves owners alone; QEMU's user (number $1) may not open it",
        disk,
        user,
      ),
      remedy: {
        text: msg(
          "Make the image there yourself, for QEMU's user, or let libvirt change owners (dynamic_ownership in qemu.conf).",
        ),
      },
    };
  return undefined;
}

/** A device's or a raw file's size as QEMU sees it: whole sectors. */
const sectorBytes = 512;

/** QEMU copies only onto what has the same size as a disk: "Source and target image have different sizes". */
function otherSize(copy: DiskCopy, bytes: number | undefined): CopyProblem | undefined {
  const { disk, place, capacityBytes } = copy;
  if (copy.encrypted || capacityBytes === undefined || bytes === undefined) return undefined;
  const seen = Math.ceil(bytes / sectorBytes) * sectorBytes;
  if (seen === capacityBytes) return undefined;
  return {
    kind: 'impossible',
    found: msg(
      '$0 ($1) has $2 bytes on the destination and $3 here; QEMU copies only onto one of the same size',
      locationName(place),
      disk,
      seen,
      capacityBytes,
    ),
    remedy: {
      text: msg(
        'Take it away, so that libvirt makes one, or make one of that very size, if nothing needs it.',
      ),
    },
  };
}

/** What is there, by its own measure where that is what the guest sees, else by libvirt's. */
function sizeOf(
  { disk, format }: DiskCopy,
  fileBytes: number | undefined,
  { listed }: DestinationPools,
): number | undefined {
  return listed.get(disk)?.capacityBytes ?? (format === 'raw' ? fileBytes : undefined);
}

function judgeVolume(
  copy: DiskCopy,
  { pool, volume }: { readonly pool: string; readonly volume: string },
  { shell, pools: result }: CopyTarget,
): CopyProblem | undefined {
  const known = required(result);
  if (known.listed.has(copy.disk)) return otherSize(copy, sizeOf(copy, undefined, known)) ?? overwrites(copy);
  if (copy.encrypted) return encrypted(copy);
  const named = (one: DestinationPool): boolean => one.name === pool;
  if (!known.pools.some((one) => one.active && named(one)))
    return {
      kind: 'impossible',
      found: msg(
        'the destination has no active storage pool $0, so libvirt cannot make the volume of $1 there',
        pool,
        copy.disk,
      ),
      remedy: poolRemedy(known.pools, named, {
        text: msg('Make a storage pool of that name there, and start it.'),
      }),
    };
  const { path } = copy;
  if (path !== undefined && shell.available && shell.value.files.get(path)?.exists === true)
    return staleList(
      msg('$0 is there on the destination, but its storage pool $1 does not list $2', path, pool, volume),
      pool,
    );
  return undefined;
}

/** Judges the place of one disk; throws FactUnavailable where it could not be looked at. */
export function copyProblem(copy: DiskCopy, where: CopyTarget): CopyProblem | undefined {
  const { disk, place } = copy;
  if (place.kind === 'volume') return judgeVolume(copy, place, where);
  const { path } = place;
  const there = required(where.shell, [
    onDestination(
      msg('See there whether there is something under that path; it would be overwritten.'),
      shellCommand('ls', '-ln', '--', path),
    ),
  ]);
  if (!fileExists(there, path)) {
    if (place.kind === 'file') return missingFile(copy, path, there, required(where.pools));
    return {
      kind: 'impossible',
      found: msg('$0 ($1) is not there on the destination, and libvirt makes no devices', path, disk),
      remedy: { text: msg('Make a device of that very size there.') },
    };
  }
  return (
    otherSize(copy, sizeOf(copy, there.files.get(path)?.sizeBytes, required(where.pools))) ?? overwrites(copy)
  );
}
