// SPDX-License-Identifier: LGPL-2.1-or-later
import { virshSession } from '../../libvirt/virsh.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { parseDefinition } from './definition.ts';
import { destinationFact } from './destination.ts';
import { destinationDomainsFact } from './destination-domains.ts';
import { domainFact } from './domain.ts';
import { asLibvirtd } from './ssh-route.ts';

/** How this very VM, by its UUID, is kept where it is active on the destination; `none` where it is not. */
export type DestinationTwin = 'none' | 'transient' | 'persistent';

/** Asked in a session of its own, which is only made where the list of VMs there has it: that is rare. */
export const destinationTwinFact = defineFact<
  DestinationTwin,
  {
    destination: typeof destinationFact;
    known: typeof destinationDomainsFact;
    domain: typeof domainFact;
  }
>({
  name: 'destination-twin',
  needs: { destination: destinationFact, known: destinationDomainsFact, domain: domainFact },
  gather: async ({ destination, known, domain: { config } }, context) => {
    const uuid = config.uuid.toLowerCase();
    if (!known.domains.some((other) => other.active && other.uuid.toLowerCase() === uuid)) return 'none';
    const answers = await virshSession(
      context.platform,
      destination.uri,
      [{ id: 'dominfo', argv: ['dominfo', uuid] }],
      { ...asLibvirtd(context), signal: context.signal },
    );
    const answer = answers.get('dominfo');
    const definition = answer?.ok === true ? parseDefinition(answer.text) : undefined;
    if (definition !== undefined) return definition.persistent ? 'persistent' : 'transient';
    throw new FactUnavailable({
      why: msg('The destination did not tell whether it has a definition of this VM.'),
      ...(answer === undefined ? {} : { original: answer.ok ? answer.text : answer.error }),
    });
  },
});
