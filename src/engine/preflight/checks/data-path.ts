// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { bandwidthFact } from '../facts/bandwidth.ts';
import type { FailedProbe } from '../facts/bandwidth-probe.ts';
import { type DataAddress, dataAddressFact } from '../facts/data-address.ts';
import type { Judgement } from '../finding.ts';
import { openPorts } from '../judging/common-remedies.ts';
import { useControlAddress } from '../judging/control-address.ts';

/** A packet of 1500 bytes, the MTU of Ethernet, less the heads of IP and ICMP. */
const largestPing = 1472;

const override = {
  risk: msg('The migration fails at its start if the test is right. The VM then stays on this host.'),
};

/** The button comes before what has to be done by hand. */
function remediesOf(address: DataAddress, byHand: Remedy): readonly [Remedy, ...Remedy[]] {
  const [button, ...more] = useControlAddress(address);
  return button === undefined ? [byHand] : [button, ...more, byHand];
}

function judgeFailed(
  address: DataAddress,
  { port, connected, accepted }: Extract<FailedProbe, { kind: 'nothing-came' }>,
): Judgement {
  const [target = address.host] = address.addresses;
  if (accepted)
    return {
      verdict: 'block',
      found: msg('Port $0 of $1 accepts a connection, but no data comes through.', port, target),
      details: [
        msg('Large packets are lost. Often the hosts, or a switch between them, have different MTUs.'),
      ],
      remedies: remediesOf(address, {
        text: msg('Set the same MTU on both hosts and in the network between them. Show which packets pass:'),
        command: shellCommand('ping', '-c', '3', '-M', 'do', '-s', String(largestPing), '--', target),
        host: 'source',
      }),
      override,
    };
  if (connected)
    return {
      verdict: 'block',
      found: msg('Another host or program answers at port $0 of $1, not the destination.', port, target),
      details: [msg('The destination listened on port $0, and no connection from this host arrived.', port)],
      remedies: remediesOf(address, {
        text: msg(
          'Correct the address of $0 in /etc/hosts on this host or in DNS, and remove what redirects its data ports.',
          address.host,
        ),
        command: shellCommand('getent', 'ahosts', '--', address.host),
        host: 'source',
      }),
      override,
    };
  return {
    verdict: 'block',
    found: msg('No connection from this host reached port $0 of the destination at $1.', port, target),
    details: [msg('The destination listened on port $0, and no connection from this host arrived.', port)],
    remedies: remediesOf(address, openPorts(['49152-49215'], address.host)),
    override,
  };
}

/** Does data get from this host to the destination on the path of the migration? Tried, not looked at. */
export const dataPathCheck = defineCheck({
  id: 'data-path',
  title: msg('Data path'),
  group: 'connection',
  why: msg(
    'A port that answers is not enough: another host may answer, a firewall may reset the connection, or large packets may be lost.',
  ),
  needs: { address: dataAddressFact, bandwidth: bandwidthFact },
  judge: ({ address, bandwidth: { source, failedProbe } }): Judgement => {
    const [target = address.host] = address.addresses;
    if (source === 'measured')
      return { verdict: 'pass', found: msg('A test connection to $0 carried data.', target) };
    if (source === 'given')
      return {
        verdict: 'not-applicable',
        found: msg('Not tried, because you entered the bandwidth.'),
      };
    if (source === 'nominal')
      throw new FactUnavailable({
        why: msg('The destination gives no shell that could receive test data.'),
      });
    if (failedProbe === undefined) throw new FactUnavailable({ why: msg('No data port could be tried.') });
    if (failedProbe.kind === 'not-listening')
      throw new FactUnavailable({
        why: msg('The destination could not receive test data.'),
        original: failedProbe.said,
      });
    return judgeFailed(address, failedProbe);
  },
});
