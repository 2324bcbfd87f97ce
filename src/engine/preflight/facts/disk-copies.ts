// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainDisk } from '../../../libvirt/domain-xml.ts';
import { virshSession } from '../../../libvirt/virsh.ts';
import { defineFact } from '../fact.ts';
import { type DiskFile, diskFilesFact, type SourceNames } from './disk-files.ts';
import { domainFact } from './domain.ts';
import { parseStats, statOf } from './domain-stats.ts';
import type { HostReading } from './host-reading/index.ts';
import { sourceShellFact } from './host-shell.ts';

/** The location of a disk's content. libvirt creates a missing file or volume, but not a device. */
export type DiskLocation =
  | { readonly kind: 'file' | 'block'; readonly path: string }
  | { readonly kind: 'volume'; readonly pool: string; readonly volume: string };

/** The location as text: a path, or `pool/volume`. */
export function locationName(place: DiskLocation): string {
  return place.kind === 'volume' ? `${place.pool}/${place.volume}` : place.path;
}

/** A disk that libvirt can copy to the destination with the migration. */
export interface CopyableDisk {
  /** Its name in the guest, for example `vda`. */
  readonly disk: string;
  readonly place: DiskLocation;
  /** As libvirt names it: `raw`, `qcow2`... */
  readonly format?: string;
  readonly encrypted: boolean;
}

function placeOf({ type, source }: DomainDisk): DiskLocation | undefined {
  const { path, pool, volume }: SourceNames = source ?? {};
  if ((type === 'file' || type === 'block') && path !== undefined) return { kind: type, path };
  if (type === 'volume' && pool !== undefined && volume !== undefined) return { kind: type, pool, volume };
  return undefined;
}

/**
 * The disks that can be copied. libvirt refuses read-only disks ("Cannot migrate empty or read-only disk") and does not create
 * network storage. A copy of a disk that several VMs write to would be inconsistent. A LUN gets no SCSI commands of the guest while
 * it is copied (QEMU's mirror filter does not pass them on). A medium in a drive is not a disk.
 */
export function copyableDisks(disks: readonly DomainDisk[]): readonly CopyableDisk[] {
  return disks.flatMap((disk) => {
    const place = placeOf(disk);
    const { target, device, format, encrypted, readOnly, shareable, transient } = disk;
    if (place === undefined || device !== 'disk' || readOnly || shareable || transient || target === '')
      return [];
    return [{ disk: target, place, encrypted, ...(format === undefined ? {} : { format }) }];
  });
}

/** How large a disk is. */
export interface DiskSize {
  /** As the guest sees it. */
  readonly capacityBytes: number;
  /** What has to be sent. Holes and zeros cost almost nothing. */
  readonly dataBytes: number;
}

/** A copied disk, with its size if libvirt reported it. */
export type DiskCopy = CopyableDisk & {
  /** Its path on this host, if it has one, also of a volume. */
  readonly path?: string;
} & Partial<DiskSize>;

/** The chosen disks, and chosen names that do not belong to a disk that can be copied. */
export interface DiskCopies {
  readonly disks: readonly DiskCopy[];
  readonly unfit: readonly string[];
  /** The destination's libvirt creates the images as root. */
  readonly asRoot: boolean;
}

/**
 * The content of a disk: the allocation of its files including all backing images, because a copy has no backing image (seen with
 * libvirt 9.0). A device is read completely.
 */
function dataBytesOf(
  capacityBytes: number,
  files: readonly DiskFile[],
  seen: HostReading['files'] | undefined,
): number {
  const sizes = files.map(({ path, block }) => (block ? undefined : seen?.get(path)?.allocatedBytes));
  const known = sizes.filter((size) => size !== undefined);
  if (known.length === 0 || known.length < sizes.length) return capacityBytes;
  return Math.min(
    capacityBytes,
    known.reduce((sum, size) => sum + size, 0),
  );
}

/** Parses the sizes of disks from `virsh domstats --block`, by their names in the guest. */
export function parseCapacities(text: string): ReadonlyMap<string, number> {
  const stats = parseStats(text)[0]?.values;
  const capacities = new Map<string, number>();
  for (const [key, name] of stats ?? []) {
    const [, index] = /^block\.(\d+)\.name$/.exec(key) ?? [];
    const capacity = index === undefined ? undefined : statOf(stats, `block.${index}.capacity`);
    if (capacity !== undefined) capacities.set(name, capacity);
  }
  return capacities;
}

/**
 * The disks to copy, and their sizes. The sizes are queried separately: libvirt reads every image for them, and hanging storage
 * would delay all other answers.
 */
export const diskCopiesFact = defineFact<
  DiskCopies,
  { domain: typeof domainFact; files: typeof diskFilesFact },
  { shell: typeof sourceShellFact }
>({
  name: 'disk-copies',
  choices: ['copyDisks'],
  needs: { domain: domainFact, files: diskFilesFact },
  wants: { shell: sourceShellFact },
  gather: async ({ domain, files }, { platform, connection, choices, signal }, { shell }) => {
    const { copyDisks = [], vm } = choices;
    const asRoot = vm.connection === 'system';
    if (copyDisks.length === 0) return { disks: [], unfit: [], asRoot };
    const answers = await virshSession(
      platform,
      connection.uri,
      [{ id: 'block', argv: ['domstats', '--block', vm.uuid] }],
      { signal, ...(asRoot ? { superuser: 'try' as const } : {}) },
    );
    const answer = answers.get('block');
    const capacities = parseCapacities(answer?.ok === true ? answer.text : '');
    const copyable = copyableDisks(domain.config.disks);
    return {
      disks: copyable
        .filter(({ disk }) => copyDisks.includes(disk))
        .map((disk) => {
          const own = files.filter((file) => file.disk === disk.disk);
          const path = own.find(({ role }) => role === 'disk')?.path;
          const capacityBytes = capacities.get(disk.disk);
          return {
            ...disk,
            ...(path?.startsWith('/') === true ? { path } : {}),
            ...(capacityBytes === undefined
              ? {}
              : {
                  capacityBytes,
                  dataBytes: dataBytesOf(capacityBytes, own, shell.available ? shell.value.files : undefined),
                }),
          };
        }),
      asRoot,
      unfit: copyDisks.filter((name) => !copyable.some(({ disk }) => disk === name)),
    };
  },
});
