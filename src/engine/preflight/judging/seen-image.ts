// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { FileReading } from '../facts/host-reading/index.ts';
import { pathThere } from '../facts/volumes.ts';
import type { DestinationHost } from './destination-host.ts';
import { compareByHand, type DiskVerdict, type Say, type StorageThere } from './disk-verdict.ts';
import { type Comparison, compareFiles, compareWithPool } from './same-file.ts';
import { isFileSystemOfOneHost } from './shared-file-system.ts';

/** One file of a disk, on this host and as far as it was seen on the destination. */
export interface Image {
  readonly file: DiskFile;
  readonly local: FileReading;
  readonly there: StorageThere;
  readonly compared: Comparison;
  readonly say: Say;
}

/** The file as the destination has it: a volume is where its own storage pool has it. */
export function seenThere(file: DiskFile, there: StorageThere): FileReading | undefined {
  const path = pathThere(file, there.pools);
  return path === undefined ? undefined : there.files?.get(path);
}

/** Compares the file of this host with what the destination has in its place. */
export function compareImage(file: DiskFile, local: FileReading, there: StorageThere): Comparison {
  const seen = seenThere(file, there);
  if (seen !== undefined) return compareFiles(local, seen, there.host);
  const pooled = there.pools?.files.get(file.path);
  return pooled === undefined
    ? { kind: 'not-proved', evidence: there.why }
    : compareWithPool(local, pooled, there.host);
}

/** This host itself did not show the file. */
export function notSeen({ disk, path }: DiskFile, say: Say): DiskVerdict {
  return say('unknown', msg('$0 ($1) was not checked: this host did not show the file.', disk, path), {
    text: msg('Show the file.'),
    command: shellCommand('stat', '-L', '--', path),
    host: 'source',
  });
}

/**
 * Two local file systems where hosts were made from one disk image: inode and birth of a file are the same there, and it is
 * another file. Only the last change tells.
 */
export function isOfClonedHosts(local: FileReading, seen: FileReading | undefined): boolean {
  return (
    seen !== undefined &&
    isFileSystemOfOneHost(local) &&
    isFileSystemOfOneHost(seen) &&
    !local.changeTimes.some((time) => seen.changeTimes.includes(time))
  );
}

/** Nothing proves that both are one file. */
export function notProved(
  { disk, path }: DiskFile,
  { evidence }: Extract<Comparison, { kind: 'not-proved' | 'different' }>,
  say: Say,
  host: DestinationHost,
): DiskVerdict {
  return say(
    'unknown',
    msg('$0 ($1) may be another file on $2. $3', disk, path, host.name, evidence),
    compareByHand(path, host),
  );
}
