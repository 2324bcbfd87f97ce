// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { DiskFile } from '../facts/disk-files.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';
import { type DestinationHost, overSsh } from './destination-host.ts';
import { compareByHand, type DiskVerdict, type Say, type StorageThere, sayOf } from './disk-verdict.ts';
import { mountStorage, provideImage } from './missing-image.ts';
import { type Comparison, compareFiles, compareWithPool } from './same-file.ts';
import { isOfOneHost, isShared, isSharedSinceLater } from './shared-file-system.ts';

/** One file of a disk, on this host and as far as it was seen on the destination. */
interface Image {
  readonly file: DiskFile;
  readonly local: FileReading;
  readonly there: StorageThere;
  readonly compared: Comparison;
  readonly say: Say;
}

function compare(path: string, local: FileReading, there: StorageThere): Comparison {
  const seen = there.files?.get(path);
  if (seen !== undefined) return compareFiles(local, seen, there.host);
  const pooled = there.pools?.files.get(path);
  return pooled === undefined
    ? { kind: 'not-proved', evidence: there.why }
    : compareWithPool(local, pooled, there.host);
}

/** This host itself did not show the file. */
function notSeen({ disk, path }: DiskFile, say: Say): DiskVerdict {
  return say('unknown', msg('$0 ($1) was not checked: this host did not show the file.', disk, path), {
    text: msg('Show the file.'),
    command: shellCommand('stat', '-L', '--', path),
    host: 'source',
  });
}

function onlyHere({ file: { disk, path }, local, say }: Omit<Image, 'compared'>): DiskVerdict {
  return {
    ...say(
      'block',
      msg(
        '$0 ($1) is only on this host. On a file system that is not shared ($2), libvirt refuses to migrate a disk.',
        disk,
        path,
        local.fileSystem,
      ),
      {
        text: msg(
          'Move $0 to storage that both hosts share (NFS, GlusterFS, Ceph, iSCSI), under the same path on both.',
          disk,
        ),
      },
    ),
    ofThisHost: true,
  };
}

/** A qcow2 image with `data_file`, of which libvirt 9.0 knows nothing. */
function contentElsewhere({ file: { disk, path }, there, say }: Omit<Image, 'compared'>): DiskVerdict {
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

/** Judges a file that has to be on the destination. */
export function judgeFile(file: DiskFile, here: HostReading, there: StorageThere): DiskVerdict {
  const { disk, path } = file;
  const say = sayOf(disk, path);
  const local = here.files.get(path);
  if (local?.exists !== true) return notSeen(file, say);
  if (file.role === 'disk' && !file.block && !isShared(path, local, here.settings))
    return onlyHere({ file, local, there, say });
  if (local.dataElsewhere === true) return contentElsewhere({ file, local, there, say });
  const image = { file, local, there, say, compared: compare(path, local, there) };
  return file.role === 'disk' ? judgeWritable(image) : judgeReadOnly(image);
}

/** A disk that is copied must not be the very file onto which it would be copied. */
export function judgeCopy(file: DiskFile, here: HostReading, there: StorageThere): DiskVerdict {
  const { disk, path, block } = file;
  const { host } = there;
  const say = sayOf(disk, path);
  const local = here.files.get(path);
  const compared = local?.exists === true ? compare(path, local, there) : undefined;
  if (compared?.kind === 'same')
    return say(
      'block',
      msg('$0 ($1) is the same file on $2. It would be copied onto itself.', disk, path, host.name),
    );
  const ofThisHost = local?.exists === true && !block && isOfOneHost(path, local, here.settings);
  if (ofThisHost || compared?.kind === 'missing' || compared?.kind === 'different')
    return say('pass', msg('$0 ($1) is copied to $2.', disk, path, host.name));
  return compared === undefined ? notSeen(file, say) : notProved(file, compared, say, host);
}

function notProved(
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

function judgeWritable({ file, local, compared, there: { host }, say }: Image): DiskVerdict {
  const { disk, path } = file;
  switch (compared.kind) {
    case 'missing':
      return say(
        'block',
        msg('$0 ($1) is missing on $2.', disk, path, host.name),
        mountStorage(path, local, host),
      );
    case 'different':
      return say(
        'block',
        msg('$0 ($1) is another file on $2. $3', disk, path, host.name, compared.evidence),
        mountStorage(path, local, host),
      );
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

/** The VM only reads the file, so a copy does as well as the same file. But it has to be a copy. */
function judgeReadOnly(image: Image): DiskVerdict {
  const { file, local, compared, there, say } = image;
  const { disk, path, role } = file;
  const { host } = there;
  if (compared.kind === 'missing') return missingReadOnly(image);
  if (compared.kind === 'same')
    return say('pass', msg('$0 ($1) is the same file on both hosts. $2', disk, path, compared.evidence));
  const remote = there.files?.get(path);
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
