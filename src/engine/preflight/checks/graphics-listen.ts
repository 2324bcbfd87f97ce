// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainGraphics } from '../../../libvirt/domain-devices.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import { type DestinationNetworks, destinationNetworksFact } from '../facts/destination-networks.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { canonicalAddress, isAddress, isHostLocalAddress } from '../judging/ip-address.ts';
import { portCollides } from '../judging/port-collision.ts';

/** The addresses of a screen; one that the definition leaves open is that of the destination's qemu.conf. */
function addressesOf(
  { type, listens }: DomainGraphics,
  settings: HostReading['settings'],
): { readonly own: readonly string[]; readonly configured: readonly string[] } {
  const own = listens.flatMap(({ address }) => (address === undefined ? [] : [address]));
  const open =
    listens.length === 0 ||
    listens.some((listen) => listen.type === 'address' && listen.address === undefined);
  const configured = open ? settings.get(`${type}_listen`) : undefined;
  return { own, configured: configured === undefined ? [] : [configured] };
}

/** Ports that are taken there: on an address that the screen is to have, or on another one. */
function takenPorts(
  screen: DomainGraphics,
  there: HostReading,
): readonly { readonly port: number; readonly same: boolean }[] {
  const { listens, port, websocket } = screen;
  const { own, configured } = addressesOf(screen, there.settings);
  // Without any address QEMU listens on this host alone; that of a network, and of a name, is not known here.
  const known = [...own, ...configured];
  const certain = known.every((address) => address === 'localhost' || isAddress(address));
  const unknown = !certain || listens.some(({ network }) => network !== undefined);
  const addresses = known.length > 0 || unknown ? known : ['127.0.0.1'];
  return [port, websocket]
    .filter((each) => each !== undefined)
    .filter((each) => there.listening.has(each))
    .map((each) => ({
      port: each,
      same: unknown || addresses.some((address) => portCollides(address, there.listeningOn?.get(each))),
    }));
}

function troublesOf(
  screen: DomainGraphics,
  networks: FactResult<DestinationNetworks>,
  there: HostReading,
): readonly Message[] {
  const { type, listens, needsTls = false } = screen;
  const { own, configured } = addressesOf(screen, there.settings);
  const strange = (address: string): boolean =>
    isAddress(address) &&
    !isHostLocalAddress(address) &&
    there.addresses?.has(canonicalAddress(address)) !== true;
  const names = listens.flatMap(({ network }) => (network === undefined ? [] : [network]));
  return [
    ...own
      .filter(strange)
      .map((address) =>
        msg('The screen ($0) listens on $1, which is no address of the destination.', type, address),
      ),
    ...configured
      .filter(strange)
      .map((address) =>
        msg('qemu.conf of the destination has $0 for screens, which is no address of it.', address),
      ),
    ...names
      .filter((name) => required(networks).networks?.get(name)?.active !== true)
      .map((name) =>
        msg('The screen ($0) listens on the network $1, which is not active on the destination.', type, name),
      ),
    ...takenPorts(screen, there).flatMap(({ port, same }) =>
      same ? [msg('The screen ($0) is to have port $1, which is taken on the destination.', type, port)] : [],
    ),
    ...(type === 'spice' && needsTls && there.settingsReadable && there.settings.get('spice_tls') !== '1'
      ? [
          msg(
            'The screen (SPICE) has to be encrypted, which is switched off in qemu.conf of the destination.',
          ),
        ]
      : []),
  ];
}

const change: Remedy = {
  text: msg(
    'Let the screen listen on every address (0.0.0.0) or on this host alone (127.0.0.1), with a port that libvirt chooses. The VM has to be shut off and started for that.',
  ),
};

const configure: Remedy = {
  text: msg('Put it right in qemu.conf there, and restart libvirt.'),
  command: "grep -E '^(vnc_listen|spice_listen|vnc_tls|spice_tls)' /etc/libvirt/qemu.conf",
  host: 'destination',
};

const look: Remedy = {
  text: msg('See which addresses and ports it has.'),
  command: 'ip -brief addr; ss -tln',
  host: 'destination',
};

/** Files without which QEMU does not start there, since libvirt has it encrypt such a screen. */
function missingFiles(
  { type, port, needsTls = false }: DomainGraphics,
  { settings, screenFilesMissing }: HostReading,
): readonly string[] {
  if (settings.get(`${type}_tls`) !== '1') return [];
  // libvirt gives SPICE an encrypted port of its own where the definition has one, or leaves the ports to it.
  if (type === 'spice' && !needsTls && port !== undefined) return [];
  if (screenFilesMissing === undefined)
    throw new FactUnavailable({
      why: msg(
        'Whether the destination can encrypt the screen ($0), as its qemu.conf wants, was not told.',
        type,
      ),
      remedies: [certificates],
    });
  return screenFilesMissing.get(type) ?? [];
}

const certificates: Remedy = {
  text: msg(
    'Put a certificate there that QEMU can read, or switch the encryption of screens off in qemu.conf (vnc_tls, spice_tls).',
  ),
  command: 'ls -lL /etc/pki/qemu /etc/pki/libvirt-vnc /etc/pki/libvirt-spice',
  host: 'destination',
};

/** True if it depends on the destination whether it can be shown there, beyond what any VM with a screen needs. */
function isBound({ listens, port, websocket, needsTls = false }: DomainGraphics): boolean {
  return (
    port !== undefined ||
    websocket !== undefined ||
    needsTls ||
    listens.some(
      ({ address, network }) =>
        network !== undefined || (address !== undefined && !isHostLocalAddress(address)),
    )
  );
}

/** Can the VM's screen listen there where it does here? */
export const graphicsListenCheck = defineCheck({
  id: 'graphics-listen',
  title: msg('Screen'),
  group: 'network',
  why: msg(
    'QEMU does not start when its VNC or SPICE server cannot listen on the address that the definition names.',
  ),
  needs: { domain: domainFact },
  wants: { networks: destinationNetworksFact, shell: destinationShellFact },
  judge: ({ domain, networks, shell }): Judgement => {
    // As it is sent: an address that comes from this host's qemu.conf stays here.
    const { graphics } = (domain.migratable ?? domain.config).devices;
    const bound = graphics.filter(isBound);
    // A destination whose qemu.conf has a wrong address can start no VM with a screen: only where it can be seen it counts.
    if (bound.length === 0 && (graphics.length === 0 || !shell.available))
      return {
        verdict: 'pass',
        found:
          graphics.length === 0
            ? msg('The VM has no screen.')
            : msg('Its screen listens on addresses that every host has.'),
      };
    const there = required(shell, [look]);
    const [first, ...others] = graphics.flatMap((each) => troublesOf(each, networks, there));
    if (first !== undefined)
      return { verdict: 'block', found: first, details: others, remedies: [change, configure] };
    for (const screen of graphics) {
      const [file, ...more] = missingFiles(screen, there);
      if (file !== undefined)
        return {
          verdict: 'block',
          found: msg(
            'The destination encrypts screens ($0), and QEMU there cannot read $1, which it needs for that.',
            screen.type,
            file,
          ),
          details: more.map((each) => msg('Nor can it read $0.', each)),
          remedies: [certificates],
        };
    }
    // libvirt keeps account of its own screens by the port alone; that of anybody else is no matter on another address.
    const other = graphics.flatMap((each) => takenPorts(each, there)).find(({ same }) => !same);
    if (other !== undefined)
      return {
        verdict: 'warn',
        found: msg(
          'The screen is to have port $0, which somebody has on another address of the destination. If that is the screen of another VM, libvirt refuses.',
          other.port,
        ),
        remedies: [
          {
            text: msg('See who has it.'),
            command: `ss -tlnp 'sport = ${other.port}'`,
            host: 'destination',
          },
        ],
      };
    const [name] = graphics
      .flatMap(({ listens }) => listens.flatMap(({ address }) => address ?? []))
      .filter((address) => address !== 'localhost' && !isAddress(address));
    if (name !== undefined)
      throw new FactUnavailable({
        why: msg(
          'The screen listens on $0, and which address the destination has for that name is not known.',
          name,
        ),
        remedies: [
          {
            text: msg('See whether it is one of its own there.'),
            command: `${shellCommand('getent', 'ahosts', '--', name)}; ip -brief addr`,
            host: 'destination',
          },
        ],
      });
    return bound.length === 0
      ? { verdict: 'pass', found: msg('Its screen listens on addresses that every host has.') }
      : { verdict: 'pass', found: msg('Its screen can listen on the destination as it does here.') };
  },
});
