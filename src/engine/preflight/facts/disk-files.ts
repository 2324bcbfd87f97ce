// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainConfig, DomainDisk } from '../../../libvirt/domain-xml.ts';
import { virshSession } from '../../../libvirt/virsh.ts';
import { defineFact } from '../fact.ts';
import { domainFact } from './domain.ts';

/** A file or block device that QEMU opens for a disk. */
export interface DiskFile {
  /** The disk's name in the guest, for example `vda`. */
  readonly disk: string;
  readonly path: string;
  /** The volume that has this path on this host; on another host the same volume may have another path. */
  readonly volume?: { readonly pool: string; readonly volume: string };
  /** `base`: a backing file of the disk, read-only. */
  readonly role: 'disk' | 'read-only' | 'base';
  readonly block: boolean;
  /** A medium in a drive, not a disk. */
  readonly removable: boolean;
  /** If the medium is missing on the destination, libvirt ejects it instead of failing. */
  readonly optional: boolean;
}

/** A disk that names a volume of a storage pool. */
export interface DiskVolume {
  readonly disk: string;
  readonly pool: string;
  readonly volume: string;
  readonly readOnly: boolean;
  /** As of a {@link DiskFile}. */
  readonly removable: boolean;
  readonly optional: boolean;
}

/** Every path that the VM's definition names. */
export function diskFiles(config: Pick<DomainConfig, 'disks'>): readonly DiskFile[] {
  return config.disks.flatMap((disk) => {
    const top = topFile(disk);
    const bases = disk.backingChain.map((path) => ({
      disk: disk.target,
      path,
      role: 'base' as const,
      block: path.startsWith('/dev/'),
      removable: mediumOf(disk).removable,
      optional: false,
    }));
    return top === undefined ? bases : [top, ...bases];
  });
}

/** What a source may name. It depends on the type of the source. */
export interface SourceNames {
  readonly type?: string;
  readonly path?: string;
  readonly protocol?: string;
  readonly name?: string;
  readonly pool?: string;
  readonly volume?: string;
  readonly hosts?: readonly string[];
}

function topFile(disk: DomainDisk): DiskFile | undefined {
  const { path }: SourceNames = disk.source ?? {};
  if ((disk.type !== 'file' && disk.type !== 'block') || path === undefined) return undefined;
  return {
    disk: disk.target,
    path,
    role: disk.readOnly ? 'read-only' : 'disk',
    block: disk.type === 'block',
    ...mediumOf(disk),
  };
}

function mediumOf({ device, startupPolicy }: DomainDisk): Pick<DiskFile, 'removable' | 'optional'> {
  return {
    removable: device === 'cdrom' || device === 'floppy',
    // libvirt drops the medium for both when a migration arrives.
    optional: startupPolicy === 'optional' || startupPolicy === 'requisite',
  };
}

/** The disks that name a volume of a pool. */
export function diskVolumes(config: Pick<DomainConfig, 'disks'>): readonly DiskVolume[] {
  return config.disks.flatMap((disk) => {
    const { pool, volume }: SourceNames = disk.source ?? {};
    return disk.type !== 'volume' || pool === undefined || volume === undefined
      ? []
      : [{ disk: disk.target, pool, volume, readOnly: disk.readOnly, ...mediumOf(disk) }];
  });
}

/** True for output of `virsh vol-path`: one line with a slash, for any type of pool. */
export function isVolumePath(text: string): boolean {
  return /^[^\n]*\/[^\n]*$/.test(text);
}

/**
 * Every path that the other host also needs. This host's libvirt resolves volumes. A volume that is not a file (for example of an
 * RBD pool) has no absolute path and is omitted.
 */
export const diskFilesFact = defineFact<readonly DiskFile[], { domain: typeof domainFact }>({
  name: 'disk-files',
  needs: { domain: domainFact },
  gather: async ({ domain: { config } }, { platform, connection, choices, signal }) => {
    const volumes = diskVolumes(config);
    if (volumes.length === 0) return diskFiles(config);
    const answers = await virshSession(
      platform,
      connection.uri,
      volumes.map(({ disk, pool, volume }) => ({
        id: disk,
        argv: ['vol-path', '--pool', pool, '--vol', volume],
      })),
      { signal, ...(choices.vm.connection === 'system' ? { superuser: 'try' as const } : {}) },
    );
    const resolved = volumes.flatMap((one): readonly DiskFile[] => {
      const { disk, pool, volume, readOnly, removable, optional } = one;
      const answer = answers.get(disk);
      const told = answer?.ok === true ? answer.text.trim() : '';
      if (isVolumePath(told) && !told.startsWith('/')) return [];
      // libvirt did not report the path. The name is used instead, and no file is found there.
      const path = isVolumePath(told) ? told : `${pool}/${volume}`;
      const role = readOnly ? 'read-only' : 'disk';
      const block = path.startsWith('/dev/');
      return [{ disk, path, volume: { pool, volume }, role, block, removable, optional }];
    });
    return [...diskFiles(config), ...resolved];
  },
});
