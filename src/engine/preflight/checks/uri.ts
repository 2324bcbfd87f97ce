// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { destinationReadingFact } from '../facts/destination.ts';
import type { Judgement } from '../finding.ts';

const example = 'qemu+ssh://beta/system';

function setDestination(uri: string): Remedy {
  return { text: msg('Use $0', uri), action: { kind: 'set-destination', uri } };
}

function writeAnother(): Remedy {
  return { text: msg('Enter the destination like this: $0', example) };
}

/** Is the input a URI of libvirt on another host, without unconfirmed parameters? */
export const uriCheck = defineCheck({
  id: 'uri',
  title: msg('Destination URI'),
  group: 'connection',
  why: msg(
    'This host connects to exactly this URI, as root. A mistake shows only when the connection fails.',
  ),
  needs: { reading: destinationReadingFact },
  judge: ({ reading: { input, unconfirmed } }): Judgement => {
    switch (input.kind) {
      case 'empty':
        return { verdict: 'block', found: msg('No destination is given.'), remedies: [writeAnother()] };
      case 'incomplete':
        return {
          verdict: 'block',
          found: msg('The destination URI is not complete.'),
          remedies: [{ text: input.hint }],
        };
      case 'suggestion':
        return { verdict: 'block', found: input.message, remedies: [setDestination(input.uri)] };
      case 'invalid':
        return {
          verdict: 'block',
          found: input.problem,
          remedies: [input.suggestion === undefined ? writeAnother() : setDestination(input.suggestion)],
        };
      case 'valid':
        break;
    }
    if (unconfirmed.length > 0) {
      return {
        verdict: 'block',
        found: msg(
          'This URI has parameters that do more than name a host. Nothing is sent until you confirm them.',
        ),
        details: unconfirmed.map(({ name, what }) => msg('$0: $1', name, what)),
        remedies: [
          {
            text: msg('Confirm the parameters, if you want exactly this.'),
            action: { kind: 'confirm-uri-parameters' },
          },
          { text: msg('Remove the parameters from the URI.') },
        ],
      };
    }
    if (input.parts.transport === 'tcp') {
      return {
        verdict: 'warn',
        found: msg(
          '$0 is not encrypted. Anyone who can listen on the network can read everything, including passwords.',
          input.uri,
        ),
        remedies: [
          { text: msg('Use qemu+ssh or qemu+tls, unless you trust the network between the hosts.') },
        ],
      };
    }
    if (input.dangerous.length > 0) {
      return {
        verdict: 'warn',
        found: msg('$0 does more than name a host, as you confirmed.', input.uri),
        details: input.dangerous.map(({ name, what }) => msg('$0: $1', name, what)),
        remedies: [{ text: msg('Remove the parameters from the URI, if you do not need them.') }],
      };
    }
    return { verdict: 'pass', found: msg('$0 is a valid URI of libvirt on another host.', input.uri) };
  },
});
