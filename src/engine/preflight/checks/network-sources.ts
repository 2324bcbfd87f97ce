// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainInterface } from '../../../libvirt/domain-devices.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import {
  type DestinationNetworks,
  destinationNetworksFact,
  hasNetworkDevice,
} from '../facts/destination-networks.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { nearestName } from '../judging/nearest-name.ts';

interface Trouble {
  readonly found: Message;
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

function similar(name: string, others: readonly string[]): readonly Remedy[] {
  const match = nearestName(name, others);
  return match === undefined
    ? []
    : [
        {
          text: msg(
            'The most similar one that it has is $0. If it leads to the same network, give it this name too, or change the card of the VM.',
            match,
          ),
        },
      ];
}

function networkTrouble(
  source: string,
  { mac }: DomainInterface,
  there: DestinationNetworks,
): Trouble | undefined {
  const known = there.networks?.get(source);
  if (known?.active === true) return undefined;
  return known === undefined
    ? {
        found: msg('The destination has no network $0, which the card $1 uses.', source, mac),
        remedies: [
          {
            text: msg('Define a network of that name there, and start it.'),
            command: 'virsh net-list --all',
            host: 'destination',
          },
          ...similar(source, [...(there.networks?.keys() ?? [])]),
        ],
      }
    : {
        found: msg('The network $0 of the destination, which the card $1 uses, is not active.', source, mac),
        remedies: [
          {
            text: msg('Start it.'),
            command: shellCommand('virsh', 'net-start', '--', source),
            host: 'destination',
          },
        ],
      };
}

/** The kernel bases a card on a device only where nothing has that device for itself. */
function baseTrouble(
  { source = '', mac, passthrough = false }: DomainInterface,
  seen: HostReading['networkDevices'] | undefined,
): Trouble | undefined {
  const { portOf, carries } = seen?.get(source) ?? {};
  const look = shellCommand('ip', '-details', 'link', 'show', 'dev', source);
  if (portOf !== undefined)
    return {
      found: msg(
        '$0, on which the card $1 is based, is a port of $2 on the destination.',
        source,
        mac,
        portOf,
      ),
      remedies: [
        {
          text: msg('Connect the card of the VM to that bridge, or base it on another device.'),
          command: look,
          host: 'destination',
        },
      ],
    };
  if (carries !== 'one' && !(passthrough && carries !== undefined)) return undefined;
  return {
    found: passthrough
      ? msg(
          'The card $0 is to have $1 for itself, and another one is based on it on the destination.',
          mac,
          source,
        )
      : msg(
          '$0, on which the card $1 is based, has been given to another one for itself on the destination.',
          source,
          mac,
        ),
    remedies: [
      {
        text: msg('Base the card on another device, or free that one.'),
        command: 'ip -details link show type macvtap; ip -details link show type macvlan',
        host: 'destination',
      },
    ],
  };
}

function deviceTrouble(
  card: DomainInterface,
  there: DestinationNetworks,
  shell: FactResult<HostReading>,
): Trouble | undefined {
  const { type, source = '', mac, openVswitch = false } = card;
  const seen = shell.available ? shell.value.networkDevices : undefined;
  if (type === 'bridge' && !openVswitch && seen?.get(source)?.bridge === false)
    return {
      found: msg('$0, to which the card $1 is connected, is no bridge on the destination.', source, mac),
      remedies: [
        {
          text: msg('Give that device another name, and make a bridge of this one, into the same network.'),
          command: shellCommand('ip', '-details', 'link', 'show', 'dev', source),
          host: 'destination',
        },
      ],
    };
  if (seen?.has(source) === true || hasNetworkDevice(there.devices ?? [], source))
    return type === 'direct' ? baseTrouble(card, seen) : undefined;
  const others = [...(seen ?? [])]
    .filter(([, { bridge }]) => bridge || type !== 'bridge')
    .map(([name]) => name);
  return {
    found:
      type === 'bridge'
        ? msg('The destination has no bridge $0, to which the card $1 is connected.', source, mac)
        : msg('The destination has no network device $0, on which the card $1 is based.', source, mac),
    remedies: [
      {
        text: msg('Make one of that name there, into the same network.'),
        command: 'ip -brief link',
        host: 'destination',
      },
      ...similar(source, others),
    ],
  };
}

function tapTrouble(
  { managedTarget, unmanagedTarget, mac }: DomainInterface,
  there: DestinationNetworks,
  shell: FactResult<HostReading>,
): Trouble | undefined {
  const has = (name: string): boolean =>
    shell.available ? shell.value.networkDevices.has(name) : hasNetworkDevice(there.devices ?? [], name);
  if (unmanagedTarget !== undefined && !has(unmanagedTarget))
    return {
      found: msg(
        'The destination has no network device $0, into which the card $1 is plugged.',
        unmanagedTarget,
        mac,
      ),
      remedies: [
        {
          text: msg('Make it there beforehand, as it is made here.'),
          command: shellCommand('ip', 'tuntap', 'add', 'dev', unmanagedTarget, 'mode', 'tap'),
          host: 'destination',
        },
      ],
    };
  return managedTarget !== undefined && has(managedTarget)
    ? {
        found: msg(
          'The card $0 is to be called $1 on the host, and the destination has a network device of that name.',
          mac,
          managedTarget,
        ),
        remedies: [
          {
            text: msg('Rename that device, or take the name (<target dev=…>) out of the definition.'),
            command: shellCommand('ip', '-details', 'link', 'show', 'dev', managedTarget),
            host: 'destination',
          },
        ],
      }
    : undefined;
}

function troublesOf(
  card: DomainInterface,
  there: DestinationNetworks,
  shell: FactResult<HostReading>,
): readonly Trouble[] {
  const source =
    // A network of the destination may lead to another bridge than that of this host.
    card.network !== undefined
      ? networkTrouble(card.network, card, there)
      : card.type === 'bridge' || card.type === 'direct'
        ? deviceTrouble(card, there, shell)
        : undefined;
  const filter =
    card.filter === undefined || there.filters?.includes(card.filter) === true
      ? undefined
      : {
          found: msg(
            'The destination has no network filter $0, which the card $1 uses.',
            card.filter,
            card.mac,
          ),
          remedies: [
            {
              text: msg('Define it there as on this host.'),
              command: shellCommand('virsh', 'nwfilter-dumpxml', '--', card.filter),
              host: 'source',
            },
          ] as const,
        };
  return [source, filter, tapTrouble(card, there, shell)].filter((each) => each !== undefined);
}

/** Are the bridges and networks of the VM's cards there? */
export const networkSourcesCheck = defineCheck({
  id: 'network-sources',
  title: msg('Networks'),
  group: 'network',
  why: msg(
    'Each network card is plugged in again over there, by the name of its bridge or network. Without that name QEMU does not start; with another network behind it the VM cannot be reached.',
  ),
  needs: { domain: domainFact },
  wants: { networks: destinationNetworksFact, shell: destinationShellFact },
  judge: ({ domain, networks, shell }): Judgement => {
    const cards = domain.config.devices.interfaces;
    if (cards.length === 0) return { verdict: 'pass', found: msg('The VM has no network card.') };
    const there = required(networks);
    const [first, ...others] = cards.flatMap((card) => troublesOf(card, there, shell));
    if (first === undefined)
      return {
        verdict: 'pass',
        found: msg('The destination has the bridges and networks of all its network cards.'),
        details: cards.map(({ type, source, network, mac }) =>
          msg('$0: $1 $2', mac, network === undefined ? type : 'network', network ?? source ?? ''),
        ),
      };
    return {
      verdict: 'block',
      found: first.found,
      details: others.map(({ found }) => found),
      remedies: [...first.remedies, ...others.flatMap(({ remedies }) => remedies)],
    };
  },
});
