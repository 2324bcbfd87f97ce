// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainDisk } from '../../libvirt/domain-xml.ts';
import { defineFact } from '../fact.ts';
import { type DiskFile, diskFilesFact, type SourceNames } from './disk-files.ts';
import { domainFact } from './domain.ts';
import { figureOf, parseStats } from './domain-stats.ts';
import type { HostReading } from './host-reading.ts';
import { sourceShellFact } from './host-shell.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** A disk that libvirt can copy to the destination with the migration. */
export interface CopyableDisk {
  /** Its name in the guest, for example `vda`. */
  readonly disk: string;
  /** Where its content is: a path, or `pool/volume`. */
  readonly place: string;
  /** What has to be there or be made there: a file or volume is made by libvirt, a device is not. */
  readonly kind: 'file' | 'block' | 'volume';
  /** As libvirt names it: `raw`, `qcow2`... */
  readonly format?: string;
}

function placeOf({ type, source }: DomainDisk): Pick<CopyableDisk, 'place' | 'kind'> | undefined {
  const { path, pool, volume }: SourceNames = source ?? {};
  if ((type === 'file' || type === 'block') && path !== undefined) return { place: path, kind: type };
  if (type === 'volume' && pool !== undefined && volume !== undefined)
    return { place: `${pool}/${volume}`, kind: type };
  return undefined;
}

/**
 * The disks that can be copied. libvirt refuses one that is only read ("Cannot migrate empty or read-only disk"), and makes no
 * storage over the network; one that several VMs write to would be torn apart.
 */
export function copyableDisks(disks: readonly DomainDisk[]): readonly CopyableDisk[] {
  return disks.flatMap((disk) => {
    const place = placeOf(disk);
    if (place === undefined || disk.readOnly || disk.shareable || disk.transient || disk.target === '')
      return [];
    return [{ disk: disk.target, ...place, ...(disk.format === undefined ? {} : { format: disk.format }) }];
  });
}

/** How large a disk is. */
export interface DiskSize {
  /** As the guest sees it. */
  readonly capacityBytes: number;
  /** What holds something and has to be sent; zeros cost next to nothing. */
  readonly dataBytes: number;
}

/** A disk that is copied, with its size where libvirt told it. */
export type DiskCopy = CopyableDisk & Partial<DiskSize>;

/** What the chosen disks are, and which of the chosen names are those of none. */
export interface DiskCopies {
  readonly disks: readonly DiskCopy[];
  readonly unfit: readonly string[];
}

/**
 * What of a disk holds something: of files what they take up on the medium, with the images that they are built upon, for all
 * of them are read (seen with libvirt 9.0: a copy stands alone). A device is read from end to end.
 */
function dataBytesOf(
  disk: string,
  capacityBytes: number,
  files: readonly DiskFile[],
  seen: HostReading['files'],
): number {
  const sizes = files
    .filter((file) => file.disk === disk && !file.removable)
    .map(({ path, block }) => (block ? undefined : seen.get(path)?.allocatedBytes));
  const known = sizes.filter((size) => size !== undefined);
  if (known.length === 0 || known.length < sizes.length) return capacityBytes;
  return Math.min(
    capacityBytes,
    known.reduce((sum, size) => sum + size, 0),
  );
}

/** The disks that are to be copied, and how much that is. */
export const diskCopiesFact = defineFact<
  DiskCopies,
  { domain: typeof domainFact; files: typeof diskFilesFact; answers: typeof sourceAnswersFact },
  { shell: typeof sourceShellFact }
>({
  name: 'disk-copies',
  choices: ['copyDisks'],
  needs: { domain: domainFact, files: diskFilesFact, answers: sourceAnswersFact },
  wants: { shell: sourceShellFact },
  gather: ({ domain, files, answers }, { choices: { copyDisks = [] } }, { shell }) => {
    const stats = parseStats(requireAnswer(answers, 'domstats'))[0]?.values;
    const capacities = new Map<string, number>();
    for (const [key, name] of stats ?? []) {
      const [, index] = /^block\.(\d+)\.name$/.exec(key) ?? [];
      const capacity = index === undefined ? undefined : figureOf(stats, `block.${index}.capacity`);
      if (capacity !== undefined) capacities.set(name, capacity);
    }
    const copyable = copyableDisks(domain.config.disks);
    return {
      disks: copyable
        .filter(({ disk }) => copyDisks.includes(disk))
        .map((disk) => {
          const capacityBytes = capacities.get(disk.disk);
          if (capacityBytes === undefined) return disk;
          const seen = shell.available ? shell.value.files : new Map<string, never>();
          return { ...disk, capacityBytes, dataBytes: dataBytesOf(disk.disk, capacityBytes, files, seen) };
        }),
      unfit: copyDisks.filter((name) => !copyable.some(({ disk }) => disk === name)),
    };
  },
});
