// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import { isThisHost } from '../../destination/index.ts';
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { controlPortFact } from '../facts/control-port.ts';
import { type DataAddress, dataAddressFact } from '../facts/data-address.ts';
import { localNamesFact } from '../facts/local-names.ts';
import type { Judgement } from '../finding.ts';
import { addToHosts } from '../judging/common-remedies.ts';
import { useControlAddress } from '../judging/control-address.ts';

/** Remedies with a button come before manual ones. */
function andThen(buttons: readonly Remedy[], byHand: Remedy): readonly [Remedy, ...Remedy[]] {
  const [first, ...others] = buttons;
  return first === undefined ? [byHand] : [first, ...others, byHand];
}

function judgeAddress(address: DataAddress, localNames: readonly string[]): Judgement {
  const { host, addresses } = address;
  const buttons = useControlAddress(address);
  if (address.from === 'host-name' && /^localhost/i.test(host))
    return {
      verdict: 'block',
      found: msg(
        'The destination calls itself $0. The data would not leave this host, so libvirt refuses.',
        host,
      ),
      remedies: andThen(buttons, {
        text: msg('Give the destination a host name of its own.'),
        command: 'hostnamectl set-hostname NAME',
        host: 'destination',
      }),
    };
  if (addresses.length === 0)
    return {
      verdict: 'block',
      found:
        address.from === 'host-name'
          ? msg(
              'This host cannot resolve $0, the name that the destination gives itself. The data goes to that name.',
              host,
            )
          : msg('This host cannot resolve the name $0, to which the data goes.', host),
      remedies: andThen(buttons, addToHosts(host, address.controlAddresses[0])),
    };
  if (addresses.some((one) => isThisHost(one, localNames)))
    return {
      verdict: 'block',
      found: msg(
        '$0 resolves to this host ($1), so the data would not reach the destination.',
        host,
        addresses.join(', '),
      ),
      remedies: andThen(buttons, {
        text: msg('Correct the address of $0 in /etc/hosts on this host, or in DNS.', host),
        command: 'sudoedit /etc/hosts',
        host: 'source',
      }),
    };
  return {
    verdict: 'pass',
    found: msg('Data goes to $0 ($1).', host, addresses.join(', ')),
    details: [msg('The control connection goes to $0.', address.controlAddresses.join(', '))],
  };
}

/** Can this host resolve both names: the one that was entered, and the destination's own host name? */
export const nameResolutionCheck = defineCheck({
  id: 'name-resolution',
  title: msg('Host names'),
  group: 'connection',
  why: msg(
    'The data goes to the host name that the destination gives itself. If this host resolves that name wrongly or not at all, the migration fails at once.',
  ),
  needs: { port: controlPortFact },
  wants: { address: dataAddressFact, localNames: localNamesFact },
  judge: ({ port, address, localNames }): Judgement =>
    port.outcome.kind === 'unresolved'
      ? {
          verdict: 'block',
          found: msg('This host cannot resolve the name $0.', port.host),
          remedies: [
            { text: msg('Correct the name of the destination, if it is misspelled.') },
            addToHosts(port.host),
          ],
        }
      : judgeAddress(required(address), localNames.available ? localNames.value : []),
});
