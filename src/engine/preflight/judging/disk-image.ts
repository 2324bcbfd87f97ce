// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';
import { pathOnDestination } from '../facts/volumes.ts';
import { type DestinationHost, overSsh } from './destination-host.ts';
import {
  type DiskVerdict,
  type DiskVerdictMaker,
  diskVerdictMaker,
  type StorageThere,
} from './disk-verdict.ts';
import { mountStorage, provideImage } from './missing-image.ts';
import { notShared } from './not-shared-image.ts';
import { replacedFile } from './replaced-file.ts';
import type { Comparison } from './same-file.ts';
import { compareImage, type Image, imageOnDestination, notProved, notSeen } from './seen-image.ts';
import { isShared, isSharedSinceLater } from './shared-file-system.ts';

/** A qcow2 image with `data_file`, of which libvirt 9.0 knows nothing. */
function contentElsewhere({ file: { disk, path }, there, say }: Image): DiskVerdict {
  return {
    ...say(
      'block',
      msg(
        '$0 ($1) keeps its content in another file (data_file). Whether $2 has the same one is not known: libvirt does not look.',
        disk,
        path,
        there.host.name,
      ),
      { text: msg('Copy $0 with the migration, or make sure that both hosts share its data file.', disk) },
      {
        text: msg('Show the data file of $0.', disk),
        command: shellCommand('qemu-img', 'info', '-U', '--', path),
        host: 'source',
      },
    ),
    risk: msg('If the destination has another data file, or none, the VM loses the content of the disk.'),
  };
}

/** Judges a file that the destination needs. */
export function judgeFile(file: DiskFile, here: HostReading, there: StorageThere): readonly DiskVerdict[] {
  const { disk, path } = file;
  const say = diskVerdictMaker(disk, path);
  const local = here.files.get(path);
  if (local?.exists !== true) return [notSeen(file, say)];
  const replaced = replacedFile(file, local, here.openFiles);
  if (replaced !== undefined) return [replaced];
  const image = { file, local, there, say, compared: compareImage(file, local, there) };
  if (file.role === 'disk' && !file.block && !isShared(path, local, here.settings)) return [notShared(image)];
  if (local.dataElsewhere === true) return [contentElsewhere(image)];
  // If the destination lacks the volume, its storage pool is judged.
  if (there.pools !== undefined && pathOnDestination(file, there.pools) === undefined) return [];
  return [file.role === 'disk' ? judgeWritable(image) : judgeReadOnly(image)];
}

/** The path of a volume is the one in the pool with that name. */
function provideDisk({ path, volume }: DiskFile, local: FileReading, host: DestinationHost): Remedy {
  return volume === undefined
    ? mountStorage(path, local, host)
    : {
        text: msg(
          'Let the storage pool $0 on $1 show the same storage as on this host ($2).',
          volume.pool,
          host.name,
          path,
        ),
      };
}

function another(
  file: DiskFile,
  local: FileReading,
  { evidence, doubtful }: Extract<Comparison, { kind: 'different' }>,
  host: DestinationHost,
  say: DiskVerdictMaker,
): DiskVerdict {
  const { disk, path } = file;
  const verdict = say(
    'block',
    msg('$0 ($1) is another file on $2. $3', disk, path, host.name, evidence),
    provideDisk(file, local, host),
  );
  return doubtful === true
    ? {
        ...verdict,
        risk: msg('If the content differs, the VM goes on with another disk and destroys what is on it.'),
      }
    : verdict;
}

function judgeWritable({ file, local, compared, there: { host }, say }: Image): DiskVerdict {
  const { disk, path } = file;
  switch (compared.kind) {
    case 'missing':
      return say(
        'block',
        msg('$0 ($1) is missing on $2.', disk, path, host.name),
        provideDisk(file, local, host),
      );
    case 'different':
      return another(file, local, compared, host, say);
    case 'not-proved':
      return notProved(file, compared, say, host);
    case 'same':
      break;
  }
  if (isSharedSinceLater(local))
    return say(
      'warn',
      msg(
        '$0 ($1) is the same file on both hosts, but older versions of libvirt refuse its file system ($2).',
        disk,
        path,
        local.fileSystem,
      ),
      { text: msg('If libvirt refuses, update libvirt on this host.') },
    );
  return say('pass', msg('$0 ($1) is the same file on both hosts. $2', disk, path, compared.evidence));
}

function missingReadOnly({ file, local, there: { host }, say }: Image): DiskVerdict {
  const { disk, path, optional, role } = file;
  if (optional)
    return say(
      'pass',
      msg('$0 ($1) is missing on $2, so libvirt ejects it on the way.', disk, path, host.name),
    );
  const remedy = provideImage(file, local, host);
  return role === 'base'
    ? say('block', msg('$1 is missing on $2. $0 is built upon it.', disk, path, host.name), remedy)
    : say('block', msg('$0 ($1) is missing on $2.', disk, path, host.name), remedy);
}

/** The VM only reads the file, so an identical copy works as well as the same file. */
function judgeReadOnly(image: Image): DiskVerdict {
  const { file, local, compared, there, say } = image;
  const { disk, path, role } = file;
  const { host } = there;
  if (compared.kind === 'missing') return missingReadOnly(image);
  if (compared.kind === 'same')
    return say('pass', msg('$0 ($1) is the same file on both hosts. $2', disk, path, compared.evidence));
  const remote = imageOnDestination(file, there);
  if (remote === undefined) return notProved(file, compared, say, host);
  if (remote.sizeBytes !== local.sizeBytes)
    return say(
      role === 'base' ? 'block' : 'warn',
      msg(
        '$0 ($1) is another file on $2: $3 bytes on this host, $4 bytes there.',
        disk,
        path,
        host.name,
        local.sizeBytes,
        remote.sizeBytes,
      ),
      {
        text: msg(
          'Put the same content under $0 on $1, if nothing else uses the file there.',
          path,
          host.name,
        ),
      },
    );
  return say(
    role === 'base' ? 'warn' : 'pass',
    msg('$0 ($1) on $2 has the same size as on this host. The VM only reads it.', disk, path, host.name),
    compareContent(path, host),
  );
}

function compareContent(path: string, host: DestinationHost): Remedy {
  const command = shellCommand('sha256sum', '--', path);
  return {
    text: msg('Compare the content of $0 on both hosts: the two sums have to be equal.', path),
    command: `${command}; ${overSsh(host, command)}`,
    host: 'source',
  };
}
