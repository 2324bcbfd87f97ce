// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainGraphics } from '../../../libvirt/domain-devices.ts';
import { confText } from '../../../libvirt/vir-conf.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable, required } from '../fact.ts';
import { type DestinationNetworks, destinationNetworksFact } from '../facts/destination-networks.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { commentOut } from '../judging/common-remedies.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { addressesOf, isBound, takenPorts } from '../judging/graphics-address.ts';
import { judgeCertificates } from '../judging/graphics-certificates.ts';
import { canonicalAddress, isAddress, isHostLocalAddress } from '../judging/ip-address.ts';
import { restartLibvirt } from '../judging/libvirt-daemon.ts';
import { defineNetwork, startNetwork } from '../judging/network-remedies.ts';

interface Problem {
  readonly found: Message;
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

/** Names for the remedies. */
interface Names {
  readonly uuid: string;
  readonly to: DestinationHost;
}

function changeAddress({ uuid }: Names): Remedy {
  return {
    text: msg(
      'Let the VM listen on every address (0.0.0.0) or only on its host (127.0.0.1), then shut it off and start it again.',
    ),
    command: shellCommand('virsh', 'edit', uuid),
    host: 'source',
  };
}

function addressProblems(device: DomainGraphics, there: HostReading, names: Names): readonly Problem[] {
  const { type } = device;
  const { to } = names;
  const { own, configured } = addressesOf(device, there.settings);
  const strange = (address: string): boolean =>
    isAddress(address) &&
    !isHostLocalAddress(address) &&
    there.addresses?.has(canonicalAddress(address)) !== true;
  return [
    ...own.filter(strange).map(
      (address): Problem => ({
        found: msg('The VM listens on $1 ($0), which is no address of $2.', type, address, to.name),
        remedies: [changeAddress(names)],
      }),
    ),
    ...configured.filter(strange).map(
      (address): Problem => ({
        found: msg(
          'The file qemu.conf on $2 has $0 for $1_listen, which is no address of $2.',
          address,
          type,
          to.name,
        ),
        remedies: [
          {
            text: msg('Remove $0_listen from qemu.conf on $1, and restart libvirt there.', type, to.name),
            command: `${commentOut(`${type}_listen`)} && ${restartLibvirt}`,
            host: 'destination',
          },
        ],
      }),
    ),
  ];
}

function networkProblems(
  { type, listens }: DomainGraphics,
  networks: FactResult<DestinationNetworks>,
  { to }: Names,
): readonly Problem[] {
  return listens
    .flatMap(({ network }) => (network === undefined ? [] : [network]))
    .filter((name) => required(networks).networks?.get(name)?.active !== true)
    .map((name) => ({
      found: msg('The VM listens on the network $1 ($0), which is not active on $2.', type, name, to.name),
      remedies: [
        required(networks).networks?.has(name) === true ? startNetwork(name, to) : defineNetwork(name, to),
      ],
    }));
}

function problemsOf(
  device: DomainGraphics,
  networks: FactResult<DestinationNetworks>,
  there: HostReading,
  names: Names,
): readonly Problem[] {
  const { type, needsTls = false } = device;
  const { uuid, to } = names;
  const noTls =
    type === 'spice' && needsTls && there.settingsReadable && confText(there.settings, 'spice_tls') !== '1';
  return [
    ...addressProblems(device, there, names),
    ...networkProblems(device, networks, names),
    ...takenPorts(device, there)
      .filter(({ same }) => same)
      .map(
        ({ port }): Problem => ({
          found: msg('The VM needs port $1 ($0), which is taken on $2.', type, port, to.name),
          remedies: [
            {
              text: msg(
                'Free port $0 on $1, or let libvirt choose the port (autoport) and start the VM again.',
                port,
                to.name,
              ),
              command: shellCommand('virsh', 'edit', uuid),
              host: 'source',
            },
            showPort(port, to),
          ],
        }),
      ),
    ...(noTls
      ? [
          {
            found: msg(
              'SPICE of the VM has to be encrypted, but qemu.conf on $0 switches that off.',
              to.name,
            ),
            remedies: [
              {
                text: msg(
                  'Put certificate and key into /etc/pki/libvirt-spice on $0, set spice_tls = 1 in qemu.conf, and restart libvirt.',
                  to.name,
                ),
              },
            ],
          } as const,
        ]
      : []),
  ];
}

function showPort(port: number, { name }: DestinationHost): Remedy {
  return {
    text: msg('Show who has port $0 on $1.', port, name),
    command: `ss -tlnp 'sport = ${port}'`,
    host: 'destination',
  };
}

/** libvirt assigns the ports of its VMs regardless of the address. A port of another program matters only on the same address. */
function judgeOtherAddress(
  graphics: readonly DomainGraphics[],
  there: HostReading,
  { uuid, to }: Names,
): Judgement | undefined {
  const other = graphics.flatMap((each) => takenPorts(each, there)).find(({ same }) => !same);
  if (other === undefined) return undefined;
  return {
    verdict: 'warn',
    found: msg(
      'The VM needs port $0, which is taken on another address of $1. If another VM has the port, libvirt refuses.',
      other.port,
      to.name,
    ),
    remedies: [
      {
        text: msg(
          'If another VM has port $0, let libvirt choose the port of one of them (autoport).',
          other.port,
        ),
        command: shellCommand('virsh', 'edit', uuid),
        host: 'source',
      },
      showPort(other.port, to),
    ],
  };
}

/** A name may resolve to another address on each host. */
function checkNames(graphics: readonly DomainGraphics[], to: DestinationHost): void {
  const [name] = graphics
    .flatMap(({ listens }) => listens.flatMap(({ address }) => address ?? []))
    .filter((address) => address !== 'localhost' && !isAddress(address));
  if (name !== undefined)
    throw new FactUnavailable({
      why: msg(
        'Not checked: the VM listens on $0, and which address $1 has for that name is not known.',
        name,
        to.name,
      ),
      remedies: [
        {
          text: msg('Show whether $0 is one of the addresses of $1.', name, to.name),
          command: `${shellCommand('getent', 'ahosts', '--', name)}; ip -brief addr`,
          host: 'destination',
        },
      ],
    });
}

/** Can the VM's graphics listen on the destination as on this host? */
export const graphicsListenCheck = defineCheck({
  id: 'graphics-listen',
  title: msg('Graphics'),
  group: 'network',
  why: msg('QEMU does not start if its VNC or SPICE server cannot listen on the address of the definition.'),
  needs: { domain: domainFact },
  wants: { networks: destinationNetworksFact, shell: destinationShellFact },
  judge: ({ domain, networks, shell }, plan): Judgement => {
    // In the definition that is sent. An address from this host's qemu.conf is not sent.
    const { graphics } = (domain.migratable ?? domain.config).devices;
    const names = { uuid: domain.config.uuid, to: destinationHost(plan) };
    const bound = graphics.some(isBound);
    const free: Judgement = {
      verdict: 'pass',
      found: msg('The graphics of the VM listen on addresses that every host has.'),
    };
    if (graphics.length === 0) return { verdict: 'pass', found: msg('The VM has no graphics.') };
    // A wrong address in qemu.conf affects every VM with graphics there. So it counts only if it was read.
    if (!bound && !shell.available) return free;
    const there = required(shell, [
      {
        text: msg('Show the addresses of $0 and the ports that are taken.', names.to.name),
        command: 'ip -brief addr; ss -tln',
        host: 'destination',
      },
    ]);
    const [first, ...others] = graphics.flatMap((each) => problemsOf(each, networks, there, names));
    if (first !== undefined) return { verdict: 'block', ...first, details: others.map(({ found }) => found) };
    const judgement =
      judgeCertificates(graphics, there, names.to) ?? judgeOtherAddress(graphics, there, names);
    if (judgement !== undefined) return judgement;
    checkNames(graphics, names.to);
    return bound
      ? {
          verdict: 'pass',
          found: msg('The graphics of the VM can listen on $0 as on this host.', names.to.name),
        }
      : free;
  },
});
