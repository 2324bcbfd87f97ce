// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { dirname, type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { type FactResult, required } from '../fact.ts';
import type { DestinationPool, DestinationPools } from '../facts/destination-pools.ts';
import type { DiskCopy } from '../facts/disk-copies.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { encrypted, missingFile } from './copied-file.ts';
import { occupied } from './copied-over.ts';
import type { DestinationHost } from './destination-host.ts';
import { fileExists } from './file-exists.ts';
import { definePool, refreshPool, startPool } from './pool-remedies.ts';

/** A problem with copying a disk to its path on the destination. */
export interface CopyProblem {
  readonly found: Message;
  readonly remedies: readonly [Remedy, ...Remedy[]];
  /** `overwrites`: the copy works, and the existing content is lost. `impossible`: libvirt or QEMU refuses. */
  readonly kind: 'overwrites' | 'impossible';
}

/** What is known about the destination. */
export interface CopyTarget {
  readonly host: DestinationHost;
  readonly shell: FactResult<HostReading>;
  readonly pools: FactResult<DestinationPools>;
}

/**
 * The files that have to be on the destination, whatever is copied. The content of a backing file is copied into the disk,
 * unless the definition itself names the file (`<backingStore>`): then QEMU there opens it (both seen with libvirt 9.0).
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

/** libvirt creates a missing volume in its storage pool. */
function judgeVolume(
  copy: DiskCopy,
  { pool, volume }: { readonly pool: string; readonly volume: string },
  { host, shell, pools: result }: CopyTarget,
): CopyProblem | undefined {
  const known = required(result);
  if (known.listed.has(copy.disk)) return occupied(copy, undefined, known, host);
  if (copy.encrypted) return encrypted(copy, host);
  const named = (one: DestinationPool): boolean => one.name === pool;
  if (!known.pools.some((one) => one.active && named(one)))
    return {
      kind: 'impossible',
      found: msg(
        '$2 has no active storage pool $0, so libvirt there cannot create the volume of $1.',
        pool,
        copy.disk,
        host.name,
      ),
      remedies: [known.pools.some(named) ? startPool(pool, host) : definePool(pool, host)],
    };
  const { path } = copy;
  // The pool with that name may have another folder there.
  const ofPool = known.pools.some((one) => named(one) && path !== undefined && dirname(path) === one.path);
  if (ofPool && path !== undefined && shell.available && shell.value.files.get(path)?.exists === true)
    return {
      kind: 'impossible',
      found: msg('$3 has $0, but its storage pool $1 there does not list $2.', path, pool, volume, host.name),
      remedies: [refreshPool(pool, host)],
    };
  return undefined;
}

/** libvirt creates files and volumes, but not devices. */
function missingDevice({ disk, capacityBytes }: DiskCopy, path: string, host: DestinationHost): CopyProblem {
  const [, group, volume] = /^\/dev\/(?!mapper\/|disk\/)([\w+.-]+)\/([\w+.-]+)$/.exec(path) ?? [];
  return {
    kind: 'impossible',
    found: msg('$2 lacks the device $0 ($1), and libvirt creates no devices.', path, disk, host.name),
    remedies: [
      group === undefined || volume === undefined || capacityBytes === undefined
        ? { text: msg('Create the device $0 on $1, of exactly the same size.', path, host.name) }
        : {
            text: msg('Create the logical volume $0 on $1, of exactly the same size.', path, host.name),
            command: shellCommand('lvcreate', '--size', `${capacityBytes}b`, '--name', volume, '--', group),
            host: 'destination',
          },
    ],
  };
}

/** Judges the path of one disk. Throws FactUnavailable if the path could not be checked. */
export function copyProblem(copy: DiskCopy, where: CopyTarget): CopyProblem | undefined {
  const { place } = copy;
  const { host } = where;
  if (place.kind === 'volume') return judgeVolume(copy, place, where);
  const { path } = place;
  const there = required(where.shell, [
    {
      text: msg('Show whether $1 has $0: the copy would overwrite it.', path, host.name),
      command: shellCommand('ls', '-ln', '--', path),
      host: 'destination',
    },
  ]);
  if (fileExists(there, path))
    return occupied(copy, there.files.get(path)?.sizeBytes, required(where.pools), host);
  return place.kind === 'file'
    ? missingFile(copy, path, there, required(where.pools), host)
    : missingDevice(copy, path, host);
}
