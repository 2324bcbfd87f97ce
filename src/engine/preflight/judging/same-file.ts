// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg } from '../../base/index.ts';
import type { FileReading } from '../facts/host-reading/index.ts';
import type { PoolFile } from '../facts/volumes.ts';
import type { DestinationHost } from './destination-host.ts';
import { fileKindText } from './file-kind-text.ts';
import { compareDevices } from './same-device.ts';

/** The result of comparing two readings of one path, one from each host. `evidence` is a whole sentence. */
export type Comparison =
  | { readonly kind: 'same'; readonly evidence: Message }
  /** `doubtful`: the admin can override it. */
  | { readonly kind: 'different'; readonly evidence: Message; readonly doubtful?: true }
  | { readonly kind: 'missing' }
  | { readonly kind: 'not-proved'; readonly evidence: Message };

/** File systems whose inode numbers are the server's on every client. */
const commonInodes =
  /^(nfs4?|gfs2|ocfs2|ceph|gpfs|lustre|beegfs|acfs|fuse\.(glusterfs|ceph|ceph-fuse|quobyte))$/;

/** True if both have the same time. The value that `stat` prints for an unknown time proves nothing. */
function share(a: readonly string[], b: readonly string[]): boolean {
  return a.some((one) => b.includes(one) && epochTime(one) !== undefined);
}

/**
 * Compares two readings of a file. If all clients see the same inode numbers, another number means another file. The same file is
 * proved by its inode together with the time of the last change in nanoseconds, the birth time, or the same server and export.
 */
export function compareFiles(
  here: FileReading,
  there: FileReading,
  { name }: Pick<DestinationHost, 'name'>,
): Comparison {
  if (!there.exists) return { kind: 'missing' };
  if (here.kind.startsWith('block') !== there.kind.startsWith('block')) {
    return {
      kind: 'different',
      evidence: msg(
        // TRANSLATORS: $0 and $1 are kinds of files, for example “file” and “block device”.
        'Kind on this host: $0. Kind on $2: $1.',
        fileKindText(here.kind),
        fileKindText(there.kind),
        name,
      ),
    };
  }
  if (here.kind.startsWith('block')) return compareDevices(here, there, name);
  const sameInode = here.inode === there.inode;
  const inodesCount = commonInodes.test(here.fileSystem) && commonInodes.test(there.fileSystem);
  if (!sameInode && inodesCount) {
    return {
      kind: 'different',
      evidence: msg('Inode $0 on this host, inode $1 on $2.', here.inode, there.inode, name),
    };
  }
  const sameChange = share(here.changeTimes, there.changeTimes);
  const sameBirth = share([here.birthTime ?? ''], [there.birthTime ?? '']);
  // GlusterFS takes the number from the file's random 128-bit identity, so the number alone is proof.
  const worldwide = here.fileSystem === 'fuse.glusterfs' && there.fileSystem === here.fileSystem;
  const sameMount = here.mountSource === there.mountSource && here.fileSystem === there.fileSystem;
  if (sameInode && (sameChange || sameBirth || worldwide || (sameMount && inodesCount))) {
    return {
      kind: 'same',
      evidence: sameChange
        ? msg('Inode $0 and the time of the last change are the same.', here.inode)
        : sameBirth
          ? msg('Inode $0 and the birth time are the same.', here.inode)
          : msg('Inode $0 of $1 is the same.', here.inode, here.mountSource),
    };
  }
  return { kind: 'not-proved', evidence: noProof(here, there, name) };
}

function noProof(here: FileReading, there: FileReading, name: string): Message {
  return here.inode === there.inode
    ? msg(
        'Inode $0 is the same, but nothing else proves that both hosts have one file ($1 on this host, $2 on $3).',
        here.inode,
        here.mountSource,
        there.mountSource,
        name,
      )
    : msg(
        'Inode $0 on this host, inode $1 on $4. That proves nothing: these file systems number inodes for each host ($2, $3).',
        here.inode,
        there.inode,
        here.fileSystem,
        there.fileSystem,
        name,
      );
}

/** `2026-01-31 10:00:00.123456789 +0000` of stat as the `seconds.nanoseconds` of libvirt's volumes. */
export function epochTime(statTime: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))? ([+-])(\d\d)(\d\d)$/.exec(
    statTime.trim(),
  );
  if (match === null) return undefined;
  const number = (index: number): number => Number(match[index]);
  const offset = (number(9) * 60 + number(10)) * (match[8] === '-' ? -1 : 1);
  const milliseconds = Date.UTC(number(1), number(2) - 1, number(3), number(4), number(5), number(6));
  return `${milliseconds / 1000 - offset * 60}.${(match[7] ?? '').padEnd(9, '0')}`;
}

/** Compares a file with what a storage pool of the destination shows: the time of the last change in nanoseconds is the proof. */
export function compareWithPool(
  here: FileReading,
  there: PoolFile,
  { name }: Pick<DestinationHost, 'name'>,
): Comparison {
  const times = here.changeTimes.map(epochTime);
  const change = there.changeTime === undefined ? undefined : padNanoseconds(there.changeTime);
  if (change !== undefined && times.includes(change)) {
    return { kind: 'same', evidence: msg('The time of the last change is the same.') };
  }
  return {
    kind: 'not-proved',
    evidence: msg(
      'A storage pool of $0 has a file under that path, but nothing proves that both hosts have one file.',
      name,
    ),
  };
}

/** Converts libvirt's time to the form of {@link epochTime}: libvirt prints the nanoseconds without leading zeros. */
function padNanoseconds(time: string): string {
  const [seconds = '', fraction = ''] = time.split('.');
  return `${seconds}.${fraction.padStart(fraction === '' ? 0 : 9, '0').padEnd(9, '0')}`;
}
