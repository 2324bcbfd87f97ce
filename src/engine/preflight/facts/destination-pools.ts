// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VirshAnswer } from '../../../libvirt/virsh.ts';
import { attribute, child, parseXml, textOf, XmlError } from '../../../libvirt/xml.ts';
import { msg, normalizePath, wholeNumber } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { askDestination, destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { type DiskCopy, diskCopiesFact, locationName } from './disk-copies.ts';
import { parseVolume } from './volumes.ts';

/** A storage pool of the destination. */
export interface DestinationPool {
  readonly uuid: string;
  readonly name: string;
  /** For example `dir`, `netfs`, `logical`. */
  readonly type: string;
  readonly active: boolean;
  /** Its folder, as a normalized path; absent for a pool without one. */
  readonly path?: string;
  /** Its free space, as of libvirt's last refresh. */
  readonly availableBytes?: number;
}

/** The volume that is listed at the path of a disk. */
interface Listed {
  readonly capacityBytes?: number;
}

/** The pools, and their volumes at the paths of the copied disks. */
export interface DestinationPools {
  readonly pools: readonly DestinationPool[];
  /** By the disk's name in the guest; absent if no active pool lists a volume at its path. */
  readonly listed: ReadonlyMap<string, Listed>;
}

/** Parses `<pool>` from `virsh pool-dumpxml`. Throws XmlError for anything else. */
export function parsePool(xml: string, active: boolean): DestinationPool {
  const pool = parseXml(xml);
  const name = child(pool, 'name');
  const uuid = child(pool, 'uuid');
  if (pool.name !== 'pool' || name === undefined || uuid === undefined)
    throw new XmlError('<pool> with a name and a UUID expected');
  const pathElement = child(pool, 'target', 'path');
  const path = pathElement === undefined ? '' : textOf(pathElement).trim();
  const available = child(pool, 'available');
  const bytes =
    available !== undefined && attribute(available, 'unit') === 'bytes'
      ? wholeNumber(textOf(available).trim())
      : undefined;
  return {
    uuid: textOf(uuid).trim(),
    name: textOf(name),
    type: attribute(pool, 'type') ?? '',
    active,
    ...(path === '' ? {} : { path: normalizePath(path) }),
    ...(bytes === undefined ? {} : { availableBytes: bytes }),
  };
}

/** By UUID, because virsh pads names with spaces, and a name may end with spaces. */
function uuidsOf(answer: VirshAnswer): readonly string[] {
  const uuids = answer.ok ? answer.text.split(/\s+/).filter((word) => word !== '') : [];
  if (!answer.ok || !uuids.every((uuid) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)))
    throw new FactUnavailable({
      why: msg('The destination did not list its storage pools.'),
      original: answer.ok ? answer.text : answer.error,
    });
  return uuids;
}

function poolOf(uuid: string, active: boolean, answer: VirshAnswer): DestinationPool {
  try {
    const pool = answer.ok ? parsePool(answer.text, active) : undefined;
    if (pool?.uuid === uuid) return pool;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
  }
  throw new FactUnavailable({
    why: msg('The destination did not describe its storage pool $0.', uuid),
    original: answer.ok ? answer.text : answer.error,
  });
}

/** libvirt's errors for a missing volume or (active) pool. */
const nothingThere = /failed to get (vol|pool)|pool '.*' is not active/i;

/**
 * The volume that the destination lists at the path of a disk, if any. A volume whose file was removed without libvirt is still
 * listed, but has no XML (seen with 9.0).
 */
function listedAs({ place }: DiskCopy, key: VirshAnswer, volume: VirshAnswer): Listed | undefined {
  if (!key.ok && nothingThere.test(key.error)) return undefined;
  if (!key.ok)
    throw new FactUnavailable({
      why: msg('The destination did not say whether it has $0.', locationName(place)),
      original: key.error,
    });
  try {
    const capacityBytes = volume.ok ? parseVolume(volume.text).capacityBytes : undefined;
    return capacityBytes === undefined ? {} : { capacityBytes };
  } catch (error) {
    if (error instanceof XmlError) return {};
    throw error;
  }
}

function volumeWords({ place }: DiskCopy): readonly string[] {
  return place.kind === 'volume'
    ? ['--pool', place.pool, '--vol', place.volume]
    : ['--vol', normalizePath(place.path)];
}

/**
 * The destination's pools, in which libvirt creates the images of copied disks. They are queried one by one, only if disks are
 * copied.
 */
export const destinationPoolsFact = defineFact<
  DestinationPools,
  {
    libvirt: typeof destinationLibvirtFact;
    copies: typeof diskCopiesFact;
  }
>({
  name: 'destination-pools',
  needs: { libvirt: destinationLibvirtFact, copies: diskCopiesFact },
  gather: async ({ libvirt, copies: { disks } }) => {
    if (disks.length === 0) return { pools: [], listed: new Map() };
    const ask = (...argv: readonly string[]): Promise<VirshAnswer> =>
      askDestination(libvirt, { id: 'pools', argv });
    const [active, inactive] = [
      uuidsOf(await destinationAnswer(libvirt, 'pools')),
      uuidsOf(await destinationAnswer(libvirt, 'pools-inactive')),
    ];
    const describe = (uuids: readonly string[], isActive: boolean): Promise<readonly DestinationPool[]> =>
      Promise.all(
        uuids.map(async (uuid) => poolOf(uuid, isActive, await ask('pool-dumpxml', '--pool', uuid))),
      );
    const look = async (copy: DiskCopy): Promise<readonly (readonly [string, Listed])[]> => {
      const words = volumeWords(copy);
      const volume = listedAs(
        copy,
        ...(await Promise.all([ask('vol-key', ...words), ask('vol-dumpxml', ...words)])),
      );
      return volume === undefined ? [] : [[copy.disk, volume]];
    };
    const [running, stopped, listed] = await Promise.all([
      describe(active, true),
      describe(inactive, false),
      Promise.all(disks.map(look)),
    ]);
    return { pools: [...running, ...stopped], listed: new Map(listed.flat()) };
  },
});
