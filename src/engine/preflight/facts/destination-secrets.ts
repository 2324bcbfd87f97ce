// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { domainFact } from './domain.ts';
import { secretsNeeded } from './named-resources.ts';

/** Secrets of the destination's libvirt, by UUID and by usage, in lower case. */
export type Secrets = ReadonlySet<string>;

/** Parses `virsh secret-list`: UUID, type of usage, usage. */
export function parseSecrets(text: string): Secrets {
  return new Set(
    text.split('\n').flatMap((line) => {
      const [, uuid, usage] = /^\s*([0-9a-f]{8}-[0-9a-f-]{27})\s+\S+\s*(.*?)\s*$/i.exec(line) ?? [];
      return uuid === undefined
        ? []
        : [uuid.toLowerCase(), ...(usage === undefined || usage === '' ? [] : [usage.toLowerCase()])];
    }),
  );
}

/** The destination's secrets. Queried only if the VM needs some. */
export const destinationSecretsFact = defineFact<
  Secrets,
  { libvirt: typeof destinationLibvirtFact; domain: typeof domainFact }
>({
  name: 'destination-secrets',
  needs: { libvirt: destinationLibvirtFact, domain: domainFact },
  gather: async ({ libvirt, domain }) => {
    if (secretsNeeded(domain.config).length === 0) return new Set();
    const answer = await destinationAnswer(libvirt, 'secrets');
    if (answer.ok) return parseSecrets(answer.text);
    throw new FactUnavailable({
      why: msg('The destination did not list its secrets.'),
      original: answer.error,
    });
  },
});
