// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainEndpoint } from '../../../libvirt/domain-devices.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { canonicalAddress, isAddress, isHostLocalAddress, isWildcardAddress } from './ip-address.ts';
import { portCollides } from './port-collision.ts';

/** What stands against an end of a line on the network. */
export interface EndpointProblem {
  /** `likely`: what cannot be seen from outside may help. `doubtful`: it depends on another program. */
  readonly kind: 'sure' | 'likely' | 'doubtful' | 'unknown';
  readonly found: Message;
  readonly remedy: Remedy;
}

/** The other end has to be there before the VM is, unless QEMU may wait for it. */
export const startListener: Remedy = {
  text: msg(
    "Start there what the line leads to, or let QEMU start without it: <reconnect enabled='yes' timeout='10'/> in its <source>.",
  ),
  command: 'ss -tlnp; ss -xlp',
  host: 'destination',
};

/** What is seen from outside is not all that there is. */
export const unknownListener = msg(
  'If nobody takes the connection, QEMU does not start there. Only what a container offers may be there unseen.',
);

/** As it is written with a port behind it. */
export function withPort({ host, service }: DomainEndpoint): string {
  const shown = host === '' ? 'localhost' : host;
  return `${shown.includes(':') ? `[${shown}]` : shown}:${service}`;
}

function isLocal(host: string): boolean {
  return host === '' || isHostLocalAddress(host);
}

/** True for an address of the destination. */
function isOwn(host: string, { addresses }: HostReading): boolean {
  return addresses?.has(canonicalAddress(host)) === true;
}

function whoHas(endpoint: DomainEndpoint): Remedy {
  return {
    text: msg('See who has it, or choose another one for the VM.'),
    command: `ss -lnp${endpoint.protocol === 'tcp' ? 't' : 'u'} 'sport = ${Number(endpoint.service)}'; ip -brief addr`,
    host: 'destination',
  };
}

/** QEMU has to get the address and the port. */
function bindTrouble(endpoint: DomainEndpoint, there: HostReading): EndpointProblem | undefined {
  const { device, protocol, host, service } = endpoint;
  if (!/^\d+$/.test(service) || (!isLocal(host) && !isAddress(host)))
    return {
      kind: 'unknown',
      found: msg(
        'The VM listens on $0 ($1), and what the destination takes these names for is not known.',
        withPort(endpoint),
        device,
      ),
      remedy: {
        text: msg('See which address and port they are there, and whether they are free.'),
        command: `${shellCommand('getent', 'ahosts', '--', host)}; ${shellCommand('getent', 'services', '--', service)}; ss -lntu`,
        host: 'destination',
      },
    };
  const seen = protocol === 'tcp' ? there.listeningOn : there.datagramsOn;
  if (seen === undefined || (!isLocal(host) && there.addresses === undefined))
    return {
      kind: 'unknown',
      found: msg(
        'Whether the VM can listen on $0 ($1) on the destination was not told.',
        withPort(endpoint),
        device,
      ),
      remedy: whoHas(endpoint),
    };
  if (!isLocal(host) && !isOwn(host, there))
    return {
      kind: 'sure',
      found: msg('The VM listens on $0 ($1), which is no address of the destination.', host, device),
      remedy: whoHas(endpoint),
    };
  const taken = seen.get(Number(service));
  if (taken === undefined) return undefined;
  // Of several addresses QEMU takes one that is free; how many a name has is the destination's business.
  const addresses = host === '' ? ['0.0.0.0', '::'] : host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  const free = addresses.filter((address) => !portCollides(address, taken));
  if (free.length === addresses.length || (free.length > 0 && host === '')) return undefined;
  const found = msg('The VM listens on port $0 ($1), which is taken on the destination.', service, device);
  return free.length === 0 && protocol === 'tcp'
    ? { kind: 'sure', found, remedy: whoHas(endpoint) }
    : { kind: 'doubtful', found, remedy: whoHas(endpoint) };
}

/** Somebody has to listen. */
function connectTrouble(endpoint: DomainEndpoint, there: HostReading): EndpointProblem | undefined {
  const { device, host, service } = endpoint;
  const port = Number(service);
  if (!(isLocal(host) || isOwn(host, there)) || !Number.isInteger(port))
    return {
      kind: 'unknown',
      found: msg(
        'The VM connects to $0 ($1), and whether that can be reached from the destination is not known.',
        withPort(endpoint),
        device,
      ),
      remedy: {
        text: msg('Try it from there.'),
        command: shellCommand('nc', '-vz', '-w', '3', '--', host === '' ? 'localhost' : host, service),
        host: 'destination',
      },
    };
  const listening = there.listeningOn?.get(port);
  const addresses =
    host === '' || host === 'localhost' || isWildcardAddress(host) ? ['127.0.0.1', '::1'] : [host];
  // Who keeps QEMU from listening on an address is who would take a connection to it.
  const heard =
    listening === undefined
      ? there.listening.has(port)
      : addresses.some((address) => portCollides(address, listening));
  return heard
    ? undefined
    : {
        kind: 'likely',
        found: msg(
          'The VM connects to $0 ($1), where nobody listens on the destination.',
          withPort(endpoint),
          device,
        ),
        remedy: startListener,
      };
}

/** Judges one end. */
export function endpointProblem(endpoint: DomainEndpoint, there: HostReading): EndpointProblem | undefined {
  return endpoint.mode === 'bind' ? bindTrouble(endpoint, there) : connectTrouble(endpoint, there);
}
