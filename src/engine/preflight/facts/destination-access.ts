// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';

/** The refusal of the destination's libvirt, as original text. */
export const destinationAccessFact = defineFact<
  readonly string[],
  { libvirt: typeof destinationLibvirtFact }
>({
  name: 'destination-access',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => {
    // Over tls and tcp, libvirt may refuse the connection itself when it checks access.
    if (libvirt.kind === 'refused') return [libvirt.error.message];
    const answers = await Promise.all(
      ['hostname', 'capabilities', 'list-active', 'nodememstats'].map((id) => destinationAnswer(libvirt, id)),
    );
    return answers.flatMap((answer) => (answer.ok ? [] : [answer.error]));
  },
});
