// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg } from '../../base/index.ts';
import type { FileReading } from '../facts/host-reading/index.ts';
import type { PoolFile } from '../facts/volumes.ts';
import { fileKindText } from './file-kind-text.ts';

/** What comparing two looks at one path, from either host, tells. */
export type Comparison =
  | { readonly kind: 'same'; readonly evidence: Message }
  | { readonly kind: 'different'; readonly evidence: Message }
  | { readonly kind: 'missing' }
  | { readonly kind: 'not-proved'; readonly evidence: Message };

/** File systems whose clients all see the inode numbers of the server. */
const commonInodes =
  /^(nfs4?|gfs2|ocfs2|ceph|gpfs|lustre|beegfs|acfs|fuse\.(glusterfs|ceph|ceph-fuse|quobyte))$/;

/** True if the same time is among both; what `stat` prints in place of one that it does not know proves nothing. */
function share(a: readonly string[], b: readonly string[]): boolean {
  return a.some((one) => b.includes(one) && epochTime(one) !== undefined);
}

/**
 * Two looks at a file. The number of the inode says that they are different where it is common to all clients; that
 * they are one is proved by the time of its last change to the nanosecond, or by its birth, or by one and the same
 * server and export, together with inode and size.
 */
export function compareFiles(here: FileReading, there: FileReading): Comparison {
  if (!there.exists) return { kind: 'missing' };
  if (here.kind.startsWith('block') !== there.kind.startsWith('block')) {
    return {
      kind: 'different',
      evidence: msg(
        // TRANSLATORS: $0 and $1 are kinds of files, for example “file” and “block device”.
        'here: $0, there: $1',
        fileKindText(here.kind),
        fileKindText(there.kind),
      ),
    };
  }
  if (here.kind.startsWith('block')) return compareDevices(here, there);
  const sameInode = here.inode === there.inode;
  const inodesCount = commonInodes.test(here.fileSystem) && commonInodes.test(there.fileSystem);
  if (!sameInode && inodesCount) {
    return { kind: 'different', evidence: msg('inode $0 here, $1 there', here.inode, there.inode) };
  }
  const sameChange = share(here.changeTimes, there.changeTimes);
  const sameBirth = share([here.birthTime ?? ''], [there.birthTime ?? '']);
  // GlusterFS takes the number from the file's random 128-bit identity, so it is as good as that.
  const worldwide = here.fileSystem === 'fuse.glusterfs' && there.fileSystem === here.fileSystem;
  const sameMount = here.mountSource === there.mountSource && here.fileSystem === there.fileSystem;
  if (sameInode && (sameChange || sameBirth || worldwide || (sameMount && inodesCount))) {
    return {
      kind: 'same',
      evidence: sameChange
        ? msg('inode $0 and the time of the last change are the same on both hosts', here.inode)
        : sameBirth
          ? msg('inode $0 and the time of birth are the same on both hosts', here.inode)
          : msg('inode $0 of $1 on both hosts', here.inode, here.mountSource),
    };
  }
  return {
    kind: 'not-proved',
    evidence: sameInode
      ? msg(
          'same inode $0, but nothing else proves that it is one file ($1 here, $2 there)',
          here.inode,
          here.mountSource,
          there.mountSource,
        )
      : msg(
          'inode $0 here, $1 there, on file systems that number them for each host ($2, $3)',
          here.inode,
          there.inode,
          here.fileSystem,
          there.fileSystem,
        ),
  };
}

function compareDevices(here: FileReading, there: FileReading): Comparison {
  const common = here.deviceIds.find((id) => there.deviceIds.includes(id));
  if (common !== undefined) return { kind: 'same', evidence: msg('the device is $0 on both hosts', common) };
  if (here.deviceIds.length === 0 || there.deviceIds.length === 0) {
    return {
      kind: 'not-proved',
      evidence: msg('the device has no identity of its own (WWN, serial number)'),
    };
  }
  return {
    kind: 'different',
    evidence: msg('the device is $0 here, $1 there', here.deviceIds.join(', '), there.deviceIds.join(', ')),
  };
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

/** A file here against what a storage pool of the destination shows: the last change to the nanosecond is the proof. */
export function compareWithPool(here: FileReading, there: PoolFile): Comparison {
  const times = here.changeTimes.map(epochTime);
  const change = there.changeTime === undefined ? undefined : padNanoseconds(there.changeTime);
  if (change !== undefined && times.includes(change)) {
    return { kind: 'same', evidence: msg('the time of the last change is the same on both hosts') };
  }
  return {
    kind: 'not-proved',
    evidence: msg(
      'a storage pool of the destination has a file of that path, but nothing proves that it is the same one',
    ),
  };
}

/** libvirt leaves zeros away: `1700000000.5` has half a second only if written so, nanoseconds otherwise in full. */
function padNanoseconds(time: string): string {
  const [seconds = '', fraction = ''] = time.split('.');
  return `${seconds}.${fraction.padStart(fraction === '' ? 0 : 9, '0').padEnd(9, '0')}`;
}
