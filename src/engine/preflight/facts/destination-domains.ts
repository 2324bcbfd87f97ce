// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { parseStats, statOf } from './domain-stats.ts';

/** A VM of the destination. */
export interface KnownDomain {
  readonly uuid: string;
  readonly name: string;
  readonly active: boolean;
}

/** The VMs of the destination. */
export interface DestinationDomains {
  readonly domains: readonly KnownDomain[];
  /** UUIDs of VMs with a managed save; absent if unknown. */
  readonly saved?: readonly string[];
  /** Names of VMs of incoming migrations; absent if unknown. */
  readonly arriving?: readonly string[];
}

/**
 * Lines of `virsh list --uuid --name`: a UUID, a space, and the name, which may contain spaces and which some versions pad to 30
 * columns. Undefined if a line is not understood: it could be the VM in question.
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

/** Names of VMs that a migration paused, from `virsh domstats --state` of paused VMs; undefined if a reason is missing. */
export function parseIncoming(text: string): readonly string[] | undefined {
  const paused = parseStats(text);
  if (paused.length === 0 && text.trim() !== '') return undefined;
  const reasons = paused.map(({ values }) => statOf(values, 'state.reason'));
  if (reasons.includes(undefined)) return undefined;
  return paused.filter((_, index) => reasons[index] === pausedForMigration).map(({ name }) => name);
}

/** Lines of `virsh list --uuid`; undefined if one is not a UUID. */
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
