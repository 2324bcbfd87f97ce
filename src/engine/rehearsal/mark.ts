// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, parseXml, type XmlElement, XmlError } from '../../libvirt/xml.ts';
import { element } from './xml-change.ts';

/** Namespace of the element that marks a stand-in. */
export const markNamespace = 'urn:cockpit-migrate:rehearsal:1';

/** A process of this host that ends with the page or program that made the stand-in. */
export interface Owner {
  /** libvirt's UUID of the owner's host. */
  readonly host: string;
  readonly pid: number;
  /** Its start time in the kernel's ticks (field 22 of /proc/PID/stat), because process IDs are reused. */
  readonly began: number;
}

/** The mark of a stand-in in its `<metadata>`. */
export interface Mark {
  /** Time of its creation, ISO 8601, UTC. */
  readonly since: string;
  /** UUID of the VM that it represents. */
  readonly vm: string;
  readonly destination: string;
  readonly owner?: Owner;
}

export function markElement({ since, vm, destination, owner }: Mark): XmlElement {
  return element('rehearsal:stand-in', {
    'xmlns:rehearsal': markNamespace,
    since,
    vm,
    destination,
    ...(owner === undefined
      ? {}
      : {
          'owner-host': owner.host,
          'owner-pid': String(owner.pid),
          'owner-began': String(owner.began),
        }),
  });
}

/** The mark in a definition; undefined if there is none that this program wrote. */
export function markOf(domainXml: string): Mark | undefined {
  try {
    const metadata = child(parseXml(domainXml), 'metadata');
    const own = metadata?.children.find(
      (node): node is XmlElement =>
        node.kind === 'element' && Object.values(node.attributes).includes(markNamespace),
    );
    const since = attribute(own, 'since');
    const vm = attribute(own, 'vm');
    const destination = attribute(own, 'destination');
    if (since === undefined || Number.isNaN(Date.parse(since))) return undefined;
    if (vm === undefined || destination === undefined) return undefined;
    const host = attribute(own, 'owner-host');
    const pid = Number(attribute(own, 'owner-pid'));
    const began = Number(attribute(own, 'owner-began'));
    const owner =
      host !== undefined && Number.isSafeInteger(pid) && Number.isSafeInteger(began)
        ? { host, pid, began }
        : undefined;
    return { since, vm, destination, ...(owner === undefined ? {} : { owner }) };
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}
