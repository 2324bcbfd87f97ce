// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainEndpoint } from '../../../libvirt/domain-devices.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import type { DestinationHost } from './destination-host.ts';
import { canonicalAddress, isAddress, isHostLocalAddress, isWildcardAddress } from './ip-address.ts';
import { portCollides } from './port-collision.ts';

/** A problem with an address that a device of the VM listens on or connects to. */
export interface EndpointProblem {
  /** `likely`: something that is not visible may solve it. `doubtful`: it depends on another program. */
  readonly kind: 'sure' | 'likely' | 'doubtful' | 'unknown';
  readonly found: Message;
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

/** QEMU does not start without the other side, unless the device is set to reconnect. */
export function startListener({ name }: DestinationHost): readonly [Remedy, ...Remedy[]] {
  return [
    { text: msg('Start the program on $0 to which the device connects.', name) },
    {
      text: msg(
        "Or let QEMU start without the program: add <reconnect enabled='yes' timeout='10'/> to the <source> of the device.",
      ),
    },
    { text: msg('Show who listens on $0.', name), command: 'ss -tlnp; ss -xlp', host: 'destination' },
  ];
}

/** The kernel lists only the listeners of its own network namespace. */
export const unknownListener = msg(
  'QEMU does not start on the destination if no program takes the connection. Override only if a container there listens.',
);

/** Address and port as one word, with brackets around an IPv6 address. */
export function withPort({ host, service }: DomainEndpoint): string {
  const shown = host === '' ? 'localhost' : host;
  return `${shown.includes(':') ? `[${shown}]` : shown}:${service}`;
}

function isLocal(host: string): boolean {
  return host === '' || isHostLocalAddress(host);
}

/** One of the destination's addresses. An IPv6 address may end with its network device (`%eth0`). */
function isOwn(host: string, { addresses }: HostReading): boolean {
  return addresses?.has(canonicalAddress(host)) === true;
}

function freePort(endpoint: DomainEndpoint, { name }: DestinationHost): readonly [Remedy, ...Remedy[]] {
  const { device, protocol, service } = endpoint;
  return [
    { text: msg('Free the address and the port on $0, or change them for the device ($1).', name, device) },
    {
      text: msg('Show the addresses of $0, and who has the port.', name),
      command: `${shellCommand('ss', protocol === 'tcp' ? '-lnpt' : '-lnpu', `sport = ${service}`)}; ip -brief addr`,
      host: 'destination',
    },
  ];
}

/** A host or service name may resolve differently on the destination. */
function unknownName(endpoint: DomainEndpoint, { name }: DestinationHost): EndpointProblem {
  const { device, host, service } = endpoint;
  return {
    kind: 'unknown',
    found: msg(
      'Not checked: the VM listens on $0 ($1), and what $2 takes these names for is not known.',
      withPort(endpoint),
      device,
      name,
    ),
    remedies: [
      {
        text: msg('Show what the names mean on $0, and which ports are taken there.', name),
        command: `${shellCommand('getent', 'ahosts', '--', host)}; ${shellCommand('getent', 'services', '--', service)}; ss -lntu`,
        host: 'destination',
      },
    ],
  };
}

/** QEMU has to be able to bind the address and port. */
function bindProblem(
  endpoint: DomainEndpoint,
  there: HostReading,
  to: DestinationHost,
): EndpointProblem | undefined {
  const { device, protocol, host, service } = endpoint;
  if (!/^\d+$/.test(service) || (!isLocal(host) && !isAddress(host))) return unknownName(endpoint, to);
  const remedies = freePort(endpoint, to);
  const seen = protocol === 'tcp' ? there.listeningOn : there.datagramsOn;
  if (seen === undefined || (!isLocal(host) && there.addresses === undefined))
    return {
      kind: 'unknown',
      found: msg(
        'Not checked: $2 did not tell whether $0 is free, on which the VM listens ($1).',
        withPort(endpoint),
        device,
        to.name,
      ),
      remedies,
    };
  if (!isLocal(host) && !isOwn(host, there))
    return {
      kind: 'sure',
      found: msg('The VM listens on $0 ($1), which is no address of $2.', host, device, to.name),
      remedies,
    };
  const taken = seen.get(Number(service));
  if (taken === undefined) return undefined;
  // Of several addresses, QEMU uses one that is free. How many a name has depends on the destination.
  const addresses = host === '' ? ['0.0.0.0', '::'] : host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  const free = addresses.filter((address) => !portCollides(address, taken));
  if (free.length === addresses.length || (free.length > 0 && host === '')) return undefined;
  return {
    kind: free.length === 0 && protocol === 'tcp' ? 'sure' : 'doubtful',
    found: msg('The VM listens on port $0 ($1), which is taken on $2.', service, device, to.name),
    remedies,
  };
}

/** A program has to listen. */
function connectProblem(
  endpoint: DomainEndpoint,
  there: HostReading,
  to: DestinationHost,
): EndpointProblem | undefined {
  const { device, host, service } = endpoint;
  const port = Number(service);
  if (!(isLocal(host) || isOwn(host, there)) || !Number.isInteger(port))
    return {
      kind: 'unknown',
      found: msg(
        'Not checked: whether $2 reaches $0, to which the VM connects ($1). The page does not try, because some programs take only one connection.',
        withPort(endpoint),
        device,
        to.name,
      ),
      remedies: [
        {
          text: msg('Try the connection from $0.', to.name),
          command: shellCommand('nc', '-vz', '-w', '3', '--', host === '' ? 'localhost' : host, service),
          host: 'destination',
        },
      ],
    };
  const listening = there.listeningOn?.get(port);
  const addresses =
    host === '' || host === 'localhost' || isWildcardAddress(host) ? ['127.0.0.1', '::1'] : [host];
  // A listener that prevents QEMU from binding an address would accept a connection to it.
  const heard =
    listening === undefined
      ? there.listening.has(port)
      : addresses.some((address) => portCollides(address, listening));
  return heard
    ? undefined
    : {
        kind: 'likely',
        found: msg(
          'No program on $2 listens on $0, to which the VM connects ($1).',
          withPort(endpoint),
          device,
          to.name,
        ),
        remedies: startListener(to),
      };
}

/** Judges one address. */
export function endpointProblem(
  endpoint: DomainEndpoint,
  there: HostReading,
  to: DestinationHost,
): EndpointProblem | undefined {
  return endpoint.mode === 'bind' ? bindProblem(endpoint, there, to) : connectProblem(endpoint, there, to);
}
