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
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import { type NetworkDefinitions, networkDefinitionsFact } from '../facts/network-definitions.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost, virshOver } from '../judging/destination-host.ts';
import { nearestName } from '../judging/nearest-name.ts';
import { defineNetwork, startNetwork } from '../judging/network-remedies.ts';
import { bridgeDoubt, networkDoubt } from '../judging/other-network.ts';

interface Problem {
  readonly found: Message;
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

/** The destination, as far as it is known. */
interface There {
  readonly to: DestinationHost;
  readonly known: DestinationNetworks;
  readonly shell: FactResult<HostReading>;
}

/** libvirt on the destination has a network device with that name. */
function hasDevice({ known, shell }: There, name: string): boolean {
  return shell.available ? shell.value.networkDevices.has(name) : hasNetworkDevice(known.devices ?? [], name);
}

function similar(name: string, others: readonly string[], to: DestinationHost): readonly Remedy[] {
  const match = nearestName(name, others);
  return match === undefined
    ? []
    : [
        {
          text: msg(
            'Or use $0, the most similar name that $1 has, if it leads to the same network: change the network interface of the VM.',
            match,
            to.name,
          ),
        },
      ];
}

function networkProblem(
  source: string,
  { mac }: DomainInterface,
  { to, known: { networks } }: There,
): Problem | undefined {
  const known = networks?.get(source);
  if (known?.active === true) return undefined;
  return known === undefined
    ? {
        found: msg('$2 has no network $0, which the network interface $1 uses.', source, mac, to.name),
        remedies: [defineNetwork(source, to), ...similar(source, [...(networks?.keys() ?? [])], to)],
      }
    : {
        found: msg(
          'The network $0 on $2, which the network interface $1 uses, is not active.',
          source,
          mac,
          to.name,
        ),
        remedies: [startNetwork(source, to)],
      };
}

/** The kernel creates a macvtap on a device only if nothing else uses that device exclusively. */
function baseProblem(
  { source = '', mac, passthrough = false }: DomainInterface,
  { to, shell }: There,
): Problem | undefined {
  const { portOf, carries } = (shell.available ? shell.value.networkDevices.get(source) : undefined) ?? {};
  if (portOf !== undefined)
    return {
      found: msg(
        '$0 on $3 is a port of $2, so the network interface $1 cannot be based on it.',
        source,
        mac,
        portOf,
        to.name,
      ),
      remedies: [
        {
          text: msg(
            'Connect the network interface $0 to $1, or base it on another network device.',
            mac,
            portOf,
          ),
        },
      ],
    };
  if (carries !== 'one' && !(passthrough && carries !== undefined)) return undefined;
  return {
    found: passthrough
      ? msg(
          'The network interface $0 needs $1 for itself, but another one is based on $1 on $2.',
          mac,
          source,
          to.name,
        )
      : msg(
          '$0 on $2 is given to another network interface for itself, so $1 cannot be based on it.',
          source,
          mac,
          to.name,
        ),
    remedies: [
      {
        text: msg('Free $0 on $1, or base the network interface on another network device.', source, to.name),
      },
      {
        text: msg('Show what is based on network devices of $0.', to.name),
        command: 'ip -details link show type macvtap; ip -details link show type macvlan',
        host: 'destination',
      },
    ],
  };
}

/** The bridge that this command creates has no port yet, and a restart removes it. */
function createBridge(bridge: string, { name }: DestinationHost): Remedy {
  return {
    text: msg(
      'Create the bridge $0 on $1 and connect it to the same network. The command creates it until $1 restarts.',
      bridge,
      name,
    ),
    command: `${shellCommand('ip', 'link', 'add', 'name', bridge, 'type', 'bridge')} && ${shellCommand('ip', 'link', 'set', 'dev', bridge, 'up')}`,
    host: 'destination',
  };
}

/** The kernel allows at most 15 characters. */
function renameDevice(device: string, { name }: DestinationHost): Remedy {
  const other = `old-${device}`.slice(0, 15);
  return {
    text: msg('Rename the network device $0 on $1.', device, name),
    command: `${shellCommand('ip', 'link', 'set', 'dev', device, 'down')} && ${shellCommand('ip', 'link', 'set', 'dev', device, 'name', other)}`,
    host: 'destination',
  };
}

function deviceProblem(iface: DomainInterface, there: There): Problem | undefined {
  const { type, source = '', mac, openVswitch = false } = iface;
  const { to, shell, known } = there;
  const seen = shell.available ? shell.value.networkDevices : undefined;
  if (type === 'bridge' && !openVswitch && seen?.get(source)?.bridge === false)
    return {
      found: msg('$0 on $2 is no bridge. The network interface $1 needs one.', source, mac, to.name),
      remedies: [renameDevice(source, to), createBridge(source, to)],
    };
  if (seen?.has(source) === true || hasNetworkDevice(known.devices ?? [], source))
    return type === 'direct' ? baseProblem(iface, there) : undefined;
  const others = [...(seen ?? [])]
    .filter(([, { bridge }]) => bridge || type !== 'bridge')
    .map(([name]) => name);
  return type === 'bridge'
    ? {
        found: msg('$2 has no bridge $0, to which the network interface $1 connects.', source, mac, to.name),
        remedies: [createBridge(source, to), ...similar(source, others, to)],
      }
    : {
        found: msg(
          '$2 has no network device $0, on which the network interface $1 is based.',
          source,
          mac,
          to.name,
        ),
        remedies: [
          {
            text: msg(
              'Give the network device on $1 that leads to the same network the name $0.',
              source,
              to.name,
            ),
          },
          ...similar(source, others, to),
        ],
      };
}

function tapProblem(
  { managedTarget, unmanagedTarget, mac }: DomainInterface,
  there: There,
): Problem | undefined {
  const { to } = there;
  if (unmanagedTarget !== undefined && !hasDevice(there, unmanagedTarget))
    return {
      found: msg(
        '$2 has no network device $0, which the network interface $1 uses and libvirt does not create.',
        unmanagedTarget,
        mac,
        to.name,
      ),
      remedies: [
        {
          text: msg('Create the network device $0 on $1 as on this host.', unmanagedTarget, to.name),
          command: shellCommand('ip', 'tuntap', 'add', 'dev', unmanagedTarget, 'mode', 'tap'),
          host: 'destination',
        },
      ],
    };
  return managedTarget !== undefined && hasDevice(there, managedTarget)
    ? {
        found: msg(
          'The name $1 is taken on $2, where libvirt has to give it to the network interface $0.',
          mac,
          managedTarget,
          to.name,
        ),
        remedies: [
          renameDevice(managedTarget, to),
          { text: msg('Or take the name (<target dev=…>) out of the definition, and start the VM again.') },
        ],
      }
    : undefined;
}

function filterProblem({ filter, mac }: DomainInterface, { to, known }: There): Problem | undefined {
  if (filter === undefined || known.filters?.includes(filter) === true) return undefined;
  return {
    found: msg('$2 has no network filter $0, which the network interface $1 uses.', filter, mac, to.name),
    remedies: [
      {
        text: msg('Define the network filter $0 on $1 as on this host.', filter, to.name),
        command: virshOver(
          to,
          ['nwfilter-dumpxml', '--nwfilter', filter],
          'virsh nwfilter-define /dev/stdin',
        ),
        host: 'source',
      },
    ],
  };
}

function problemsOf(iface: DomainInterface, there: There): readonly Problem[] {
  const source =
    // A network of the destination may use another bridge than the one of this host.
    iface.network !== undefined
      ? networkProblem(iface.network, iface, there)
      : iface.type === 'bridge' || iface.type === 'direct'
        ? deviceProblem(iface, there)
        : undefined;
  return [source, filterProblem(iface, there), tapProblem(iface, there)].filter((each) => each !== undefined);
}

/** What the names of networks and bridges do not prove. */
function doubtsOf(
  interfaces: readonly DomainInterface[],
  definitions: FactResult<NetworkDefinitions>,
  source: FactResult<HostReading>,
  shell: FactResult<HostReading>,
  to: DestinationHost,
): Judgement | undefined {
  const doubts = interfaces.flatMap((each) => [
    ...(definitions.available ? [networkDoubt(each, definitions.value, to)] : []),
    ...(source.available && shell.available ? [bridgeDoubt(each, source.value, shell.value, to)] : []),
  ]);
  const [first, ...others] = doubts.filter((each) => each !== undefined);
  if (first === undefined) return undefined;
  return {
    verdict: 'warn',
    found: first.found,
    details: [...first.details, ...others.flatMap(({ found, details }) => [found, ...details])],
    remedies: [...first.remedies, ...others.flatMap(({ remedies }) => remedies)],
  };
}

/** Does the destination have what the VM's network interfaces connect to? */
export const networkSourcesCheck = defineCheck({
  id: 'network-sources',
  title: msg('Networks'),
  group: 'network',
  why: msg(
    'On the destination, libvirt connects each network interface by the name of its bridge or network. Without that name QEMU does not start. With another network behind it, nobody reaches the VM.',
  ),
  needs: { domain: domainFact },
  wants: {
    networks: destinationNetworksFact,
    definitions: networkDefinitionsFact,
    source: sourceShellFact,
    shell: destinationShellFact,
  },
  judge: ({ domain, networks, definitions, source, shell }, plan): Judgement => {
    const to = destinationHost(plan);
    const { interfaces } = domain.config.devices;
    if (interfaces.length === 0) return { verdict: 'pass', found: msg('The VM has no network interface.') };
    const there = { to, known: required(networks), shell };
    const [first, ...others] = interfaces.flatMap((each) => problemsOf(each, there));
    const doubts = first === undefined ? doubtsOf(interfaces, definitions, source, shell, to) : undefined;
    if (doubts !== undefined) return doubts;
    if (first === undefined)
      return {
        verdict: 'pass',
        found: msg('$0 has the bridges and networks of all network interfaces.', to.name),
        details: interfaces.map(({ type, source, network, mac }) =>
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
