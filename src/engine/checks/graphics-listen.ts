// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainGraphics } from '../../libvirt/domain-devices.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { type DestinationNetworks, destinationNetworksFact } from '../facts/destination-networks.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement, Remedy } from '../finding.ts';
import { type Message, msg } from '../message.ts';

/** Every host has these. */
const everywhere = /^(0\.0\.0\.0|::|127(\.\d+){3}|::1|localhost)$/;

function troublesOf(
  { type, listens, port }: DomainGraphics,
  networks: FactResult<DestinationNetworks>,
  there: HostReading,
): readonly Message[] {
  const addresses = listens.flatMap(({ type: kind, address }) =>
    kind === 'address' && address !== undefined && !everywhere.test(address) ? [address] : [],
  );
  const names = listens.flatMap(({ network }) => (network === undefined ? [] : [network]));
  return [
    ...addresses
      .filter((address) => there.addresses?.has(address) !== true)
      .map((address) =>
        msg('The screen ($0) listens on $1, which is no address of the destination.', type, address),
      ),
    ...names
      .filter((name) => required(networks).networks?.get(name)?.active !== true)
      .map((name) =>
        msg('The screen ($0) listens on the network $1, which is not active on the destination.', type, name),
      ),
    ...(port !== undefined && there.listening.has(port)
      ? [msg('The screen ($0) is to have port $1, which is taken on the destination.', type, port)]
      : []),
  ];
}

const change: Remedy = {
  text: msg(
    'Let the screen listen on every address (0.0.0.0) or on this host alone (127.0.0.1), with a port that libvirt chooses. The VM has to be shut off and started for that.',
  ),
};

/** Can the VM's screen listen there where it does here? */
export const graphicsListenCheck = defineCheck({
  id: 'graphics-listen',
  title: msg('Screen'),
  why: msg(
    'QEMU does not start when its VNC or SPICE server cannot listen on the address that the definition names.',
  ),
  needs: { domain: domainFact },
  wants: { networks: destinationNetworksFact, shell: destinationShellFact },
  judge: ({ domain, networks, shell }): Judgement => {
    // As it is sent: an address that comes from this host's qemu.conf stays here.
    const { graphics } = (domain.migratable ?? domain.config).devices;
    const bound = graphics.filter(
      ({ listens, port }) =>
        port !== undefined ||
        listens.some(
          ({ address, network }) =>
            network !== undefined || (address !== undefined && !everywhere.test(address)),
        ),
    );
    if (bound.length === 0)
      return {
        verdict: 'pass',
        found:
          graphics.length === 0
            ? msg('The VM has no screen.')
            : msg('Its screen listens on addresses that every host has.'),
      };
    const there = required(shell, [
      {
        text: msg('See which addresses and ports it has.'),
        command: 'ip -brief addr; ss -tln',
        host: 'destination',
      },
    ]);
    const [first, ...others] = bound.flatMap((each) => troublesOf(each, networks, there));
    return first === undefined
      ? { verdict: 'pass', found: msg('Its screen can listen on the destination as it does here.') }
      : { verdict: 'block', found: first, details: others, remedies: [change] };
  },
});
