// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { FileReading } from '../facts/host-reading/index.ts';
import { pathOnDestination } from '../facts/volumes.ts';
import type { DestinationHost } from './destination-host.ts';
import { compareByHand, type DiskVerdict, type DiskVerdictMaker, type StorageThere } from './disk-verdict.ts';
import { type Comparison, compareFiles, compareWithPool } from './same-file.ts';
import { isFileSystemOfOneHost } from './shared-file-system.ts';

/** One file of a disk, on this host and, as far as known, on the destination. */
export interface Image {
  readonly file: DiskFile;
  readonly local: FileReading;
  readonly there: StorageThere;
  readonly compared: Comparison;
  readonly say: DiskVerdictMaker;
}

/** The destination's file. The path of a volume is the one in the destination's pool. */
export function imageOnDestination(file: DiskFile, there: StorageThere): FileReading | undefined {
  const path = pathOnDestination(file, there.pools);
  return path === undefined ? undefined : there.files?.get(path);
}

/** Compares the file of this host with the destination's. */
export function compareImage(file: DiskFile, local: FileReading, there: StorageThere): Comparison {
  const seen = imageOnDestination(file, there);
  if (seen !== undefined) return compareFiles(local, seen, there.host);
  const pooled = there.pools?.files.get(file.path);
  return pooled === undefined
    ? { kind: 'not-proved', evidence: there.why }
    : compareWithPool(local, pooled, there.host);
}

/** This host's reading lacks the file. */
export function notSeen({ disk, path }: DiskFile, say: DiskVerdictMaker): DiskVerdict {
  return say('unknown', msg('$0 ($1) was not checked: this host did not show the file.', disk, path), {
    text: msg('Show the file.'),
    command: shellCommand('stat', '-L', '--', path),
    host: 'source',
  });
}

/**
 * Two local file systems of hosts that were cloned from one disk image: inode and birth time are equal, although the files differ.
 * Only the time of the last change shows it.
 */
export function isOfClonedHosts(local: FileReading, seen: FileReading | undefined): boolean {
  return (
    seen !== undefined &&
    isFileSystemOfOneHost(local) &&
    isFileSystemOfOneHost(seen) &&
    !local.changeTimes.some((time) => seen.changeTimes.includes(time))
  );
}

/** There is no proof that both are the same file. */
export function notProved(
  { disk, path }: DiskFile,
  { evidence }: Extract<Comparison, { kind: 'not-proved' | 'different' }>,
  say: DiskVerdictMaker,
  host: DestinationHost,
): DiskVerdict {
  return say(
    'unknown',
    msg('$0 ($1) may be another file on $2. $3', disk, path, host.name, evidence),
    compareByHand(path, host),
  );
}
