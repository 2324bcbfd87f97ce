// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { parseStats } from './domain-stats.ts';

/** A VM that the destination knows. */
export interface KnownDomain {
  readonly uuid: string;
  readonly name: string;
  readonly active: boolean;
}

/** The VMs of the destination. */
export interface DestinationDomains {
  readonly domains: readonly KnownDomain[];
  /** Names of paused ones that are arriving there by a migration just now. */
  readonly arriving: readonly string[];
}

/** Lines of `virsh list --uuid --name`: a UUID, spaces, the name, which may hold spaces itself. */
export function parseDomainList(text: string, active: boolean): readonly KnownDomain[] {
  return text.split('\n').flatMap((line) => {
    const [, uuid, name] = /^\s*([0-9a-f]{8}-[0-9a-f-]{27})\s(.*)$/i.exec(line) ?? [];
    return uuid === undefined || name === undefined ? [] : [{ uuid, name: name.trim(), active }];
  });
}

/** virDomainPausedReason 2: paused because of a migration. */
const pausedForMigration = '2';

/** What is defined or running on the destination. */
export const destinationDomainsFact = defineFact<
  DestinationDomains,
  { libvirt: typeof destinationLibvirtFact }
>({
  name: 'destination-domains',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => {
    const [active, inactive, paused] = await Promise.all(
      ['list-active', 'list-inactive', 'list-paused'].map((id) => destinationAnswer(libvirt, id)),
    );
    if (active?.ok !== true || inactive?.ok !== true) {
      const failed = active?.ok === true ? inactive : active;
      throw new FactUnavailable({
        why: msg('The destination did not list its VMs.'),
        ...(failed?.ok === false ? { original: failed.error } : {}),
      });
    }
    return {
      domains: [...parseDomainList(active.text, true), ...parseDomainList(inactive.text, false)],
      arriving:
        paused?.ok === true
          ? parseStats(paused.text)
              .filter(({ values }) => values.get('state.reason') === pausedForMigration)
              .map(({ name }) => name)
          : [],
    };
  },
});
