// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { parseDefinition } from './definition.ts';
import { destinationDomainsFact } from './destination-domains.ts';
import { askDestination, destinationLibvirtFact } from './destination-libvirt.ts';
import { domainFact } from './domain.ts';

/** How this VM, by its UUID, is defined if it is active on the destination; `none` if it is not. */
export type DestinationCopy = 'none' | 'transient' | 'persistent';

/** Queried only if the list of VMs there includes it, which is rare. */
export const destinationCopyFact = defineFact<
  DestinationCopy,
  {
    libvirt: typeof destinationLibvirtFact;
    known: typeof destinationDomainsFact;
    domain: typeof domainFact;
  }
>({
  name: 'destination-copy',
  needs: { libvirt: destinationLibvirtFact, known: destinationDomainsFact, domain: domainFact },
  gather: async ({ libvirt, known, domain: { config } }) => {
    const uuid = config.uuid.toLowerCase();
    if (!known.domains.some((other) => other.active && other.uuid.toLowerCase() === uuid)) return 'none';
    const answer = await askDestination(libvirt, { id: 'dominfo', argv: ['dominfo', uuid] });
    const definition = answer.ok ? parseDefinition(answer.text) : undefined;
    if (definition !== undefined) return definition.persistent ? 'persistent' : 'transient';
    throw new FactUnavailable({
      why: msg('The destination did not say whether it has a definition of this VM.'),
      original: answer.ok ? answer.text : answer.error,
    });
  },
});
