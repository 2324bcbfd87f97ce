// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg } from '../engine/base/index.ts';
import type { DestinationInput } from '../engine/destination/index.ts';

/** Why a destination cannot be used as given; undefined if it can. */
export function destinationProblem(
  input: DestinationInput,
  confirmed: readonly string[],
): readonly Message[] | undefined {
  switch (input.kind) {
    case 'empty':
      return [msg('Enter a destination URI.')];
    case 'incomplete':
      return [msg('The destination URI is not complete.'), input.hint];
    case 'suggestion':
      return [msg('The destination URI is not complete.'), input.message];
    case 'invalid':
      return [
        input.problem,
        ...(input.suggestion === undefined ? [] : [msg('Did you mean $0?', input.suggestion)]),
      ];
    case 'valid': {
      const open = input.dangerous.filter(({ name }) => !confirmed.includes(name));
      return open.length === 0
        ? undefined
        : open.map(({ name, what }) =>
            // TRANSLATORS: $0 names the parameter, $1 says what it does, such as “signs in with…”.
            msg('The parameter $0 $1. To allow this, add $2.', name, what, `--confirm-parameter ${name}`),
          );
    }
  }
}
