// SPDX-License-Identifier: LGPL-2.1-or-later
import { child, parseXml, textOf } from '../../../libvirt/xml.ts';
import { defineFact } from '../fact.ts';
import { destinationFact } from './destination.ts';
import {
  destinationAnswer,
  destinationLibvirtFact,
  fileCommand,
  volumeCommand,
} from './destination-libvirt.ts';
import { type DiskFile, diskFilesFact, diskVolumes, isVolumePath } from './disk-files.ts';
import { domainFact } from './domain.ts';

/** A file, as a storage pool of the destination describes it. */
export interface PoolFile {
  readonly sizeBytes?: number;
  /** The size that the guest sees; the file has another size unless its format is raw. */
  readonly capacityBytes?: number;
  /** Time of the last change of the inode, in seconds with nanoseconds as decimals. */
  readonly changeTime?: string;
}

/** The VM's storage, as far as the pools of the destination's libvirt show it. */
export interface DestinationStorage {
  /** By path; only for connections without a shell. An undefined value: no active pool there has the file. */
  readonly files: ReadonlyMap<string, PoolFile | undefined>;
  /** Volumes by `pool/volume`: their path there, or libvirt's error. */
  readonly volumes: ReadonlyMap<string, { ok: true; path: string } | { ok: false; original: string }>;
}

/** The path of a file on the destination; undefined if the destination lacks the volume or did not report its path. */
export function pathOnDestination(
  { path, volume }: Pick<DiskFile, 'path' | 'volume'>,
  storage: DestinationStorage | undefined,
): string | undefined {
  if (volume === undefined) return path;
  const answer = storage?.volumes.get(`${volume.pool}/${volume.volume}`);
  return answer?.ok === true && isVolumePath(answer.path) ? answer.path : undefined;
}

/** Parses the XML of a volume. */
export function parseVolume(xml: string): PoolFile {
  const volume = parseXml(xml);
  const size = textOf(child(volume, 'physical') ?? child(volume, 'capacity') ?? volume).trim();
  const capacity = child(volume, 'capacity');
  const capacityText = capacity === undefined ? '' : textOf(capacity).trim();
  const change = child(volume, 'target', 'timestamps', 'ctime');
  return {
    ...(/^\d{1,15}$/.test(size) ? { sizeBytes: Number(size) } : {}),
    ...(/^\d{1,15}$/.test(capacityText) ? { capacityBytes: Number(capacityText) } : {}),
    ...(change === undefined ? {} : { changeTime: textOf(change).trim() }),
  };
}

/** The VM's storage, as the destination's libvirt shows it. */
export const destinationStorageFact = defineFact<
  DestinationStorage,
  {
    libvirt: typeof destinationLibvirtFact;
    domain: typeof domainFact;
    disks: typeof diskFilesFact;
    destination: typeof destinationFact;
  }
>({
  name: 'destination-storage',
  needs: {
    libvirt: destinationLibvirtFact,
    domain: domainFact,
    disks: diskFilesFact,
    destination: destinationFact,
  },
  gather: async ({ libvirt, domain, disks, destination }) => {
    const files = new Map<string, PoolFile | undefined>();
    const volumes = new Map<string, { ok: true; path: string } | { ok: false; original: string }>();
    for (const { path } of destination.parts.transport === 'ssh' ? [] : disks) {
      const answer = await destinationAnswer(libvirt, fileCommand(path));
      files.set(path, answer.ok ? parseVolume(answer.text) : undefined);
    }
    for (const { pool, volume } of diskVolumes(domain.config)) {
      const answer = await destinationAnswer(libvirt, volumeCommand(pool, volume));
      volumes.set(
        `${pool}/${volume}`,
        answer.ok ? { ok: true, path: answer.text.trim() } : { ok: false, original: answer.error },
      );
    }
    return { files, volumes };
  },
});
