// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';
import {
  compareByHand,
  type DiskVerdict,
  type DiskVerdictMaker,
  diskVerdictMaker,
  type StorageThere,
} from './disk-verdict.ts';
import { replacedFile } from './replaced-file.ts';
import type { Comparison } from './same-file.ts';
import { compareImage, imageOnDestination, isOfClonedHosts, notProved, notSeen } from './seen-image.ts';
import { isFileSystemOfOneHost, isOfOneHost } from './shared-file-system.ts';

/** Local to this host, and a file of the destination at this path is local, too. */
function isSurelyAnother(
  file: DiskFile,
  local: FileReading,
  here: HostReading,
  there: StorageThere,
): boolean {
  if (file.block || !isOfOneHost(file.path, local, here.settings)) return false;
  const seen = imageOnDestination(file, there);
  return seen === undefined
    ? there.pools?.files.get(file.path) === undefined
    : !seen.exists || isFileSystemOfOneHost(seen);
}

/** A disk that is copied must not be the very file onto which it would be copied. */
export function judgeCopy(file: DiskFile, here: HostReading, there: StorageThere): DiskVerdict {
  const { disk, path } = file;
  const { host } = there;
  const say = diskVerdictMaker(disk, path);
  const local = here.files.get(path);
  if (local?.exists !== true) return notSeen(file, say);
  const replaced = replacedFile(file, local, here.openFiles);
  if (replaced !== undefined) return replaced;
  const compared = compareImage(file, local, there);
  if (compared.kind === 'same' && !isOfClonedHosts(local, imageOnDestination(file, there)))
    return say(
      'block',
      msg('$0 ($1) is the same file on $2. It would be copied onto itself.', disk, path, host.name),
    );
  if (
    compared.kind === 'missing' ||
    compared.kind === 'different' ||
    isSurelyAnother(file, local, here, there)
  )
    return say('pass', msg('$0 ($1) is copied to $2.', disk, path, host.name));
  if (compared.kind === 'same') return say('pass', msg('$0 ($1) is copied to $2.', disk, path, host.name));
  return mayBeItself(file, local, compared, there, say, isOfOneHost(path, local, here.settings));
}

/** It is not proved to be another file. If this host may be the storage server of the destination, that is a problem. */
function mayBeItself(
  file: DiskFile,
  local: FileReading,
  compared: Extract<Comparison, { kind: 'not-proved' }>,
  there: StorageThere,
  say: DiskVerdictMaker,
  ofThisHost: boolean,
): DiskVerdict {
  const seen = imageOnDestination(file, there);
  if (!ofThisHost || seen === undefined) return notProved(file, compared, say, there.host);
  return {
    ...say(
      'block',
      msg(
        '$3 has a file under the path of $0 ($1), on $4 ($5). If this host serves that storage, $0 would be copied onto itself, which destroys it. Here it is on $2.',
        file.disk,
        file.path,
        local.fileSystem,
        there.host.name,
        seen.fileSystem,
        seen.mountSource,
      ),
      compareByHand(file.path, there.host),
    ),
    risk: msg('If both are one file, the copy destroys the disk of the running VM.'),
  };
}
