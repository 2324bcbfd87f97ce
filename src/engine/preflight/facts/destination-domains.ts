// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { parseStats, statOf } from './domain-stats.ts';

/** A VM that the destination knows. */
export interface KnownDomain {
  readonly uuid: string;
  readonly name: string;
  readonly active: boolean;
}

/** The VMs of the destination. */
export interface DestinationDomains {
  readonly domains: readonly KnownDomain[];
  /** UUIDs of those that are shut off with their memory saved by libvirt; absent if that was not told. */
  readonly saved?: readonly string[];
  /** Names of paused ones that are arriving there by a migration just now; absent if that was not told. */
  readonly arriving?: readonly string[];
}

/**
 * Lines of `virsh list --uuid --name`: a UUID, a space, the name, which may hold spaces itself and which some versions
 * fill up to 30 columns. Undefined if there are others: a VM that is not understood could be the very one that is looked for.
 */
export function parseDomainList(text: string, active: boolean): readonly KnownDomain[] | undefined {
  const domains: KnownDomain[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, uuid, name] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([^]+)$/i.exec(line) ?? [];
    if (uuid === undefined || name === undefined) return undefined;
    domains.push({ uuid, name: name.trimEnd(), active });
  }
  return domains;
}

/** Names in the `virsh domstats --state` of paused VMs that a migration paused; undefined if one's reason is not told. */
export function parseIncoming(text: string): readonly string[] | undefined {
  const paused = parseStats(text);
  if (paused.length === 0 && text.trim() !== '') return undefined;
  const reasons = paused.map(({ values }) => statOf(values, 'state.reason'));
  if (reasons.includes(undefined)) return undefined;
  return paused.filter((_, index) => reasons[index] === pausedForMigration).map(({ name }) => name);
}

/** Lines of `virsh list --uuid`; undefined if one is no UUID. */
export function parseUuids(text: string): readonly string[] | undefined {
  const uuids = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().toLowerCase()]));
  return uuids.every((uuid) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) ? uuids : undefined;
}

/** virDomainPausedReason 2: paused because of a migration. */
const pausedForMigration = 2;

/** What is defined or running on the destination. */
export const destinationDomainsFact = defineFact<
  DestinationDomains,
  { libvirt: typeof destinationLibvirtFact }
>({
  name: 'destination-domains',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => {
    const [active, inactive, paused, saved] = await Promise.all(
      ['list-active', 'list-inactive', 'list-paused', 'list-saved'].map((id) =>
        destinationAnswer(libvirt, id),
      ),
    );
    const domains = [
      { answer: active, active: true },
      { answer: inactive, active: false },
    ].flatMap((list) => {
      const known = list.answer?.ok === true ? parseDomainList(list.answer.text, list.active) : undefined;
      if (known !== undefined) return known;
      throw new FactUnavailable({
        why: msg('The destination did not list its VMs.'),
        ...(list.answer === undefined
          ? {}
          : { original: list.answer.ok ? list.answer.text : list.answer.error }),
      });
    });
    const arriving = paused?.ok === true ? parseIncoming(paused.text) : undefined;
    const withMemory = saved?.ok === true ? parseUuids(saved.text) : undefined;
    return {
      domains,
      ...(arriving === undefined ? {} : { arriving }),
      ...(withMemory === undefined ? {} : { saved: withMemory }),
    };
  },
});
