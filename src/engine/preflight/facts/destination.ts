// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import {
  type DangerousParameter,
  type DestinationInput,
  parseDestination,
  type ValidDestination,
} from '../../destination/index.ts';
import { defineFact, FactUnavailable, type NoFacts } from '../fact.ts';
import { localNamesFact } from './local-names.ts';

/** The parsed destination, and its unconfirmed dangerous parameters. */
export interface DestinationReading {
  readonly input: DestinationInput;
  readonly unconfirmed: readonly DangerousParameter[];
}

/** The parsed input. It does not fail if this host's names and addresses are unknown. */
export const destinationReadingFact = defineFact<
  DestinationReading,
  NoFacts,
  { localNames: typeof localNamesFact }
>({
  name: 'destination-reading',
  choices: ['vm', 'destination', 'confirmedUriParameters'],
  wants: { localNames: localNamesFact },
  gather: (_, { choices }, { localNames }) => {
    const input = parseDestination(choices.destination, {
      localNames: localNames.available ? localNames.value : [],
      connection: choices.vm.connection,
    });
    const confirmed = new Set(choices.confirmedUriParameters.map((name) => name.toLowerCase()));
    return {
      input,
      unconfirmed: input.kind === 'valid' ? input.dangerous.filter(({ name }) => !confirmed.has(name)) : [],
    };
  },
});

/** A destination that may be contacted: valid, and confirmed where necessary. */
export const destinationFact = defineFact<ValidDestination, { reading: typeof destinationReadingFact }>({
  name: 'destination',
  needs: { reading: destinationReadingFact },
  gather: ({ reading: { input, unconfirmed } }) => {
    if (input.kind !== 'valid') {
      throw new FactUnavailable({ why: msg('The destination URI has to be corrected first.') });
    }
    if (unconfirmed.length > 0) {
      throw new FactUnavailable({
        why: msg('The parameters of the destination URI have to be confirmed first.'),
      });
    }
    return input;
  },
});
