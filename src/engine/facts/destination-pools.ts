// SPDX-License-Identifier: LGPL-2.1-or-later
import { type VirshAnswer, virshSession } from '../../libvirt/virsh.ts';
import { attribute, child, parseXml, textOf, XmlError } from '../../libvirt/xml.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { tidyPath } from '../paths.ts';
import { destinationFact } from './destination.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { type DiskCopy, diskCopiesFact, placeName } from './disk-copies.ts';
import { asLibvirtd } from './ssh-route.ts';
import { parseVolume } from './volumes.ts';

/** A storage pool of the destination. */
export interface DestinationPool {
  readonly uuid: string;
  readonly name: string;
  /** For example `dir`, `netfs`, `logical`. */
  readonly type: string;
  readonly active: boolean;
  /** The folder that it shows, tidied; absent for a pool that has none. */
  readonly path?: string;
  /** What is free in it, as libvirt counted when it last looked. */
  readonly availableBytes?: number;
}

/** The pools, and what they have under the places of the disks that are copied. */
export interface DestinationPools {
  readonly pools: readonly DestinationPool[];
  /** By the disk's name in the guest; absent where no active pool lists anything in its place. */
  readonly listed: ReadonlyMap<string, { readonly capacityBytes?: number }>;
}

/** Reads `<pool>`, as `virsh pool-dumpxml` prints it. Throws XmlError for anything else. */
export function parsePool(xml: string, active: boolean): DestinationPool {
  const pool = parseXml(xml);
  const name = child(pool, 'name');
  const uuid = child(pool, 'uuid');
  if (pool.name !== 'pool' || name === undefined || uuid === undefined)
    throw new XmlError('<pool> with a name and a UUID expected');
  const pathElement = child(pool, 'target', 'path');
  const path = pathElement === undefined ? '' : textOf(pathElement).trim();
  const available = child(pool, 'available');
  const bytes = available === undefined ? '' : textOf(available).trim();
  return {
    uuid: textOf(uuid).trim(),
    name: textOf(name),
    type: attribute(pool, 'type') ?? '',
    active,
    ...(path === '' ? {} : { path: tidyPath(path) }),
    ...(/^\d{1,15}$/.test(bytes) && attribute(available, 'unit') === 'bytes'
      ? { availableBytes: Number(bytes) }
      : {}),
  };
}

/** By UUID: virsh fills the names up with spaces, and a name may end with some of its own. */
function uuidsOf(answer: VirshAnswer): readonly string[] {
  const uuids = answer.ok ? answer.text.split(/\s+/).filter((word) => word !== '') : [];
  if (!answer.ok || !uuids.every((uuid) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)))
    throw new FactUnavailable({
      why: msg('The destination did not list its storage pools.'),
      original: answer.ok ? answer.text : answer.error,
    });
  return uuids;
}

function poolOf(uuid: string, active: boolean, answer: VirshAnswer | undefined): DestinationPool {
  try {
    const pool = answer?.ok === true ? parsePool(answer.text, active) : undefined;
    if (pool?.uuid === uuid) return pool;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
  }
  throw new FactUnavailable({
    why: msg('The destination did not describe its storage pool $0.', uuid),
    ...(answer === undefined ? {} : { original: answer.ok ? answer.text : answer.error }),
  });
}

/** How libvirt says that there is nothing: no such volume, or no such (active) pool. */
const nothingThere = /failed to get (vol|pool)|pool '.*' is not active/i;

/**
 * What the destination lists in the place of a disk, if anything. A volume whose file was taken away behind libvirt's back is
 * listed and cannot be described (seen with 9.0).
 */
function listedAs(
  { place }: DiskCopy,
  key: VirshAnswer | undefined,
  volume: VirshAnswer | undefined,
): { readonly capacityBytes?: number } | undefined {
  if (key?.ok === false && nothingThere.test(key.error)) return undefined;
  if (key?.ok !== true)
    throw new FactUnavailable({
      why: msg('The destination did not tell whether it has $0.', placeName(place)),
      ...(key === undefined ? {} : { original: key.error }),
    });
  try {
    const capacityBytes = volume?.ok === true ? parseVolume(volume.text).capacityBytes : undefined;
    return capacityBytes === undefined ? {} : { capacityBytes };
  } catch (error) {
    if (error instanceof XmlError) return {};
    throw error;
  }
}

function volumeWords({ place }: DiskCopy): readonly string[] {
  return place.kind === 'volume'
    ? ['--pool', place.pool, '--vol', place.volume]
    : ['--vol', tidyPath(place.path)];
}

/**
 * The pools of the destination, in which libvirt there makes the images of disks that are copied. Their folders are told
 * one by one, when their names are known, so that this takes a session of its own: it is only made where disks are copied.
 */
export const destinationPoolsFact = defineFact<
  DestinationPools,
  {
    libvirt: typeof destinationLibvirtFact;
    destination: typeof destinationFact;
    copies: typeof diskCopiesFact;
  }
>({
  name: 'destination-pools',
  needs: { libvirt: destinationLibvirtFact, destination: destinationFact, copies: diskCopiesFact },
  gather: async ({ libvirt, destination, copies: { disks } }, context) => {
    if (disks.length === 0) return { pools: [], listed: new Map() };
    const [active, inactive] = [
      uuidsOf(await destinationAnswer(libvirt, 'pools')),
      uuidsOf(await destinationAnswer(libvirt, 'pools-inactive')),
    ];
    const answers = await virshSession(
      context.platform,
      destination.uri,
      [
        ...[...active, ...inactive].map((uuid) => ({ id: uuid, argv: ['pool-dumpxml', '--pool', uuid] })),
        ...disks.flatMap((copy) => [
          { id: `key ${copy.disk}`, argv: ['vol-key', ...volumeWords(copy)] },
          { id: `volume ${copy.disk}`, argv: ['vol-dumpxml', ...volumeWords(copy)] },
        ]),
      ],
      { ...asLibvirtd(context), signal: context.signal },
    );
    return {
      pools: [
        ...active.map((uuid) => poolOf(uuid, true, answers.get(uuid))),
        ...inactive.map((uuid) => poolOf(uuid, false, answers.get(uuid))),
      ],
      listed: new Map(
        disks.flatMap((copy) => {
          const { disk } = copy;
          const volume = listedAs(copy, answers.get(`key ${disk}`), answers.get(`volume ${disk}`));
          return volume === undefined ? [] : [[disk, volume] as const];
        }),
      ),
    };
  },
});
