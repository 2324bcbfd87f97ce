// SPDX-License-Identifier: LGPL-2.1-or-later
import { virshSession } from '../../libvirt/virsh.ts';
import { attribute, child, parseXml, textOf, XmlError } from '../../libvirt/xml.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { destinationFact } from './destination.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { asLibvirtd } from './ssh-route.ts';

/** An active storage pool of the destination. */
export interface DestinationPool {
  readonly uuid: string;
  readonly name: string;
  /** The folder that it shows, without a slash at its end; absent for a pool that has none. */
  readonly path?: string;
  /** What is free in it, as libvirt counted when it last looked. */
  readonly availableBytes?: number;
}

/** Reads `<pool>`, as `virsh pool-dumpxml` prints it. Throws XmlError for anything else. */
export function parsePool(xml: string): DestinationPool {
  const pool = parseXml(xml);
  const nameElement = child(pool, 'name');
  const uuidElement = child(pool, 'uuid');
  if (pool.name !== 'pool' || nameElement === undefined || uuidElement === undefined)
    throw new XmlError('<pool> with a name and a UUID expected');
  const pathElement = child(pool, 'target', 'path');
  const path = pathElement === undefined ? '' : textOf(pathElement).trim();
  const available = child(pool, 'available');
  const bytes = available === undefined ? '' : textOf(available).trim();
  return {
    uuid: textOf(uuidElement).trim(),
    name: textOf(nameElement),
    ...(path === '' ? {} : { path: path.length > 1 ? path.replace(/\/+$/, '') : path }),
    ...(/^\d{1,15}$/.test(bytes) && attribute(available, 'unit') === 'bytes'
      ? { availableBytes: Number(bytes) }
      : {}),
  };
}

/**
 * The active pools of the destination, in which libvirt there makes the images of disks that are copied. Their folders are told
 * one by one, when their names are known, so that this takes a session of its own: it is only made where disks are copied.
 */
export const destinationPoolsFact = defineFact<
  readonly DestinationPool[],
  { libvirt: typeof destinationLibvirtFact; destination: typeof destinationFact }
>({
  name: 'destination-pools',
  needs: { libvirt: destinationLibvirtFact, destination: destinationFact },
  choices: ['copyDisks'],
  gather: async ({ libvirt, destination }, context) => {
    if ((context.choices.copyDisks ?? []).length === 0) return [];
    const list = await destinationAnswer(libvirt, 'pools');
    // By UUID: virsh fills the names up with spaces, and a name may end with some of its own.
    const uuids = list.ok ? list.text.split(/\s+/).filter((word) => word !== '') : [];
    if (!list.ok || !uuids.every((uuid) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)))
      throw new FactUnavailable({
        why: msg('The destination did not list its storage pools.'),
        original: list.ok ? list.text : list.error,
      });
    if (uuids.length === 0) return [];
    const answers = await virshSession(
      context.platform,
      destination.uri,
      uuids.map((uuid) => ({ id: uuid, argv: ['pool-dumpxml', '--pool', uuid] })),
      { ...asLibvirtd(context), signal: context.signal },
    );
    return uuids.map((uuid) => {
      const answer = answers.get(uuid);
      try {
        const pool = answer?.ok === true ? parsePool(answer.text) : undefined;
        if (pool?.uuid === uuid) return pool;
      } catch (error) {
        if (!(error instanceof XmlError)) throw error;
      }
      throw new FactUnavailable({
        why: msg('The destination did not describe its storage pool $0.', uuid),
        ...(answer === undefined ? {} : { original: answer.ok ? answer.text : answer.error }),
      });
    });
  },
});
