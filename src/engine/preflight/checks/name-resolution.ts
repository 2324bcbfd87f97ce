// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { isThisHost } from '../../destination/index.ts';
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { controlPortFact } from '../facts/control-port.ts';
import { type DataAddress, dataAddressFact } from '../facts/data-address.ts';
import { localNamesFact } from '../facts/local-names.ts';
import type { Judgement } from '../finding.ts';
import { useControlAddress } from '../judging/control-address.ts';

/** The buttons before what has to be done by hand. */
function andThen(buttons: readonly Remedy[], byHand: Remedy): readonly [Remedy, ...Remedy[]] {
  const [first, ...others] = buttons;
  return first === undefined ? [byHand] : [first, ...others, byHand];
}

function lookUp(host: string): string {
  return shellCommand('getent', 'ahosts', '--', host);
}

function judgeAddress(address: DataAddress, localNames: readonly string[]): Judgement {
  const { host, addresses } = address;
  const buttons = useControlAddress(address);
  if (address.from === 'host-name' && /^localhost/i.test(host))
    return {
      verdict: 'block',
      found: msg('The destination gives its own name as $0, so libvirt would refuse.', host),
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
              'The destination calls itself $0, and this host does not know that name. The data goes there.',
              host,
            )
          : msg('This host does not know the name $0. The data goes there.', host),
      remedies: andThen(buttons, {
        text: msg('Make the name known to this host, in /etc/hosts or in DNS.'),
        command: lookUp(host),
        host: 'source',
      }),
    };
  if (addresses.some((one) => isThisHost(one, localNames)))
    return {
      verdict: 'block',
      found: msg(
        '$0 is an address of this very host here ($1), so the data would not leave it.',
        host,
        addresses.join(', '),
      ),
      remedies: andThen(buttons, {
        text: msg('Correct the name on this host, in /etc/hosts or in DNS.'),
        command: lookUp(host),
        host: 'source',
      }),
    };
  return {
    verdict: 'pass',
    found: msg('The data goes to $0, which is $1.', host, addresses.join(', ')),
    details: [msg('The control connection goes to $0.', address.controlAddresses.join(', '))],
  };
}

/** Does this host know where to go: to the name that was typed, and to the one that the destination gives itself? */
export const nameResolutionCheck = defineCheck({
  id: 'name-resolution',
  title: msg('Names'),
  group: 'connection',
  why: msg(
    'libvirt asks the destination for its host name and sends the data there. A name that this host does not know, or takes for itself, is the most common reason why a migration fails at once.',
  ),
  needs: { port: controlPortFact },
  wants: { address: dataAddressFact, localNames: localNamesFact },
  judge: ({ port, address, localNames }): Judgement =>
    port.outcome.kind === 'unresolved'
      ? {
          verdict: 'block',
          found: msg('This host does not know the name $0.', port.host),
          remedies: [
            {
              text: msg(
                'See whether it is spelled right, or make it known to this host, in /etc/hosts or in DNS.',
              ),
              command: lookUp(port.host),
              host: 'source',
            },
          ],
        }
      : judgeAddress(required(address), localNames.available ? localNames.value : []),
});
