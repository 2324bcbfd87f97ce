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
  return { text: msg('Write the destination like this: $0', example) };
}

/** Is what was typed the URI of a libvirt on another host, and does it do nothing that nobody asked for? */
export const uriCheck = defineCheck({
  id: 'uri',
  title: msg('Destination URI'),
  group: 'connection',
  why: msg(
    'libvirt on this host connects to exactly this URI, as root. A mistake in it shows only when it fails.',
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
        found: msg('This URI does more than name a host. Nothing is sent until you confirm it.'),
        details: unconfirmed.map(({ name, what }) => msg('$0: $1', name, what)),
        remedies: [
          {
            text: msg('Confirm these parameters if you want just that.'),
            action: { kind: 'confirm-uri-parameters' },
          },
          { text: msg('Or take them out of the URI.') },
        ],
      };
    }
    if (input.parts.transport === 'tcp') {
      return {
        verdict: 'warn',
        found: msg(
          '$0 is not encrypted: who can read the network can read all of it, passwords too.',
          input.uri,
        ),
        remedies: [
          { text: msg('Use qemu+ssh or qemu+tls unless the network between the hosts is trusted.') },
        ],
      };
    }
    if (input.dangerous.length > 0) {
      return {
        verdict: 'warn',
        found: msg('$0 does more than name a host, as you confirmed.', input.uri),
        details: input.dangerous.map(({ name, what }) => msg('$0: $1', name, what)),
        remedies: [{ text: msg('Take the parameters out of the URI if they are not needed.') }],
      };
    }
    return { verdict: 'pass', found: msg('$0 names a libvirt on another host.', input.uri) };
  },
});
