// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Mount, mountOf } from './mounts.ts';

/** A file or device, as `stat` and the kernel's list of mounts describe it. */
export interface FileReading {
  /** False: no such file. */
  readonly exists: boolean;
  /** The file type as `stat` names it, for example `regular file` or `block special file`. */
  readonly kind: string;
  readonly inode: string;
  readonly sizeBytes: number;
  /** Of a qcow2 image: the size that QEMU sees. */
  readonly virtualBytes?: number;
  /** Its allocated size: less than its size if it is sparse; absent if unknown. */
  readonly allocatedBytes?: number;
  /** For a folder: the free space of its file system in bytes, for root and for other users, and which file system it is. */
  readonly space?: { readonly root: number; readonly others: number; readonly fileSystemId: string };
  /** Times of the last change of the inode, in nanoseconds, from several successive reads. */
  readonly changeTimes: readonly string[];
  /** The birth time; absent if the file system does not store it. */
  readonly birthTime?: string;
  /** The type of its file system, for example `nfs4`, `fuse.glusterfs`. */
  readonly fileSystem: string;
  /** The source of that file system, for example `alpha:/images`. */
  readonly mountSource: string;
  /** For a block device: what identifies the medium itself on any host (WWN, serial, LVM or multipath UUID). */
  readonly deviceIds: readonly string[];
  /** For a block device: the kernel's number of its driver. */
  readonly major?: number;
  /** For a block device without an identifier: a checksum of its first mebibyte. */
  readonly digest?: string;
  /** Device number of the file system on its host. */
  readonly device?: string;
  /** Not even root may write to it: its file system is mounted read-only, or it is immutable. */
  readonly readOnly?: true;
  /** A qcow2 image whose content is in another file (`data_file`), of which libvirt 9.0 knows nothing. */
  readonly dataElsewhere?: true;
  /** What QEMU's user may do with it; each is absent if it could not be tested. `enter` applies only to folders. */
  readonly qemu: {
    readonly reach?: boolean;
    readonly read?: boolean;
    readonly write?: boolean;
    readonly enter?: boolean;
  };
}

/** The output about each path, without the number in each line. */
export function linesByNumber(text: string): ReadonlyMap<number, string> {
  const byNumber = new Map<number, string>();
  let current = 0;
  for (const line of text.split('\n')) {
    const [, word, number, rest] =
      /^(stat|gone|real|space|read-only|data-elsewhere|may|may-not|size|id|partition|digest|virtual) (\d+)(?: (.*))?$/.exec(
        line,
      ) ?? [];
    if (number !== undefined) current = Number(number);
    // The name of a file may contain line breaks, so the rest belongs to it.
    const own = number === undefined ? line : `${word ?? ''} ${rest ?? ''}`;
    byNumber.set(current, `${byNumber.get(current) ?? ''}${own}\n`);
  }
  return byNumber;
}

/** The first line that matches the pattern. */
function lineOf(lines: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  for (const line of lines) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return undefined;
}

function virtualSize(lines: readonly string[]): Pick<FileReading, 'virtualBytes'> {
  const size = lineOf(lines, /^virtual (\d{1,19})$/)?.[1];
  return size === undefined ? {} : { virtualBytes: Number(size) };
}

export function parseFile(body: string, mounts: readonly Mount[]): FileReading | undefined {
  // Line by line, because a path may contain other characters that a pattern treats as line breaks.
  const lines = body.split('\n');
  const looks = lines.flatMap((line) => {
    const look =
      /^stat (\d{1,20}) (\d{1,19}) ([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)(?:\|(\d{1,19}) (\d{1,9}))?(?:\|(\d{1,20}))?/.exec(
        line,
      );
    return look === null ? [] : [look];
  });
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined && !lines.some((line) => line.startsWith('gone'))) return undefined;
  const real = lines.find((line) => line.startsWith('real '))?.slice('real '.length) ?? '';
  const mount = mountOf(real, mounts);
  const partition = lineOf(lines, /^partition (\d+)$/)?.[1];
  const deviceIds = lines
    .flatMap((line) => {
      const [, attribute, value] = /^id ([^\s=]+)=(.+)$/.exec(line) ?? [];
      return attribute === undefined || value === undefined ? [] : [{ attribute, value: value.trim() }];
    })
    .filter(
      ({ value, attribute }) => value !== '' && !(partition === undefined && attribute.startsWith('../')),
    )
    .map(({ value }) => (partition === undefined ? value : `${value}, partition ${partition}`));
  const birth = first?.[3];
  const major =
    first?.[5]?.startsWith('block') === true ? /^[0-9a-f]{1,8}/.exec(first[6] ?? '')?.[0] : undefined;
  const digest = lineOf(lines, /^digest ([0-9a-f]{64})$/)?.[1];
  const space = lineOf(lines, /^space (\d{1,19}) (\d{1,19}) (\d{1,9}) ([0-9a-f]{1,32})$/)?.slice(1) ?? [];
  const [free, available, blockSize] = space.slice(0, 3).map(Number);
  const size = lineOf(lines, /^size (\d{1,19})$/)?.[1] ?? last?.[2];
  return {
    exists: first !== undefined,
    kind: first?.[5] ?? '',
    inode: first?.[1] ?? '',
    sizeBytes: Number(size ?? 0),
    ...(last?.[7] === undefined ? {} : { allocatedBytes: Number(last[7]) * Number(last[8]) }),
    ...(first?.[9] === undefined ? {} : { device: first[9] }),
    ...(major === undefined ? {} : { major: Number.parseInt(major, 16) }),
    ...(digest === undefined ? {} : { digest }),
    ...virtualSize(lines),
    ...(free === undefined || available === undefined || blockSize === undefined
      ? {}
      : {
          space: {
            root: free * blockSize,
            others: available * blockSize,
            fileSystemId: space[3] ?? '',
          },
        }),
    changeTimes: [...new Set(looks.map((look) => look[4] ?? ''))],
    ...(birth === undefined || birth === '-' ? {} : { birthTime: birth }),
    fileSystem: mount?.type ?? '',
    mountSource: mount?.source ?? '',
    deviceIds: [...new Set(deviceIds)],
    ...(lines.some((line) => line.startsWith('read-only')) ? { readOnly: true } : {}),
    ...(lines.some((line) => line.startsWith('data-elsewhere')) ? { dataElsewhere: true } : {}),
    qemu: parseAccess(body),
  };
}

function parseAccess(body: string): FileReading['qemu'] {
  const of = (way: string): boolean | undefined => {
    const [, word] = new RegExp(`^(may|may-not) ${way}$`, 'm').exec(body) ?? [];
    return word === undefined ? undefined : word === 'may';
  };
  const [reach, read, write, enter] = ['e', 'r', 'w', 'x'].map(of);
  return {
    ...(reach === undefined ? {} : { reach }),
    ...(read === undefined ? {} : { read }),
    ...(write === undefined ? {} : { write }),
    ...(enter === undefined ? {} : { enter }),
  };
}
