// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import type { BandwidthSource } from '../../forecast/index.ts';
import { defineFact, type FactContext, FactUnavailable, required } from '../fact.ts';
import listenerScript from './bandwidth-listener.sh?raw';
import {
  type FailedProbe,
  failedProbe,
  listenerParameters,
  listeningPort,
  mostBytes,
  mostSeconds,
  type Probe,
  parseProbe,
  senderLife,
} from './bandwidth-probe.ts';
import senderScript from './bandwidth-sender.sh?raw';
import sshCounter from './bandwidth-ssh-counter.sh?raw';
import { type DataAddress, dataAddressFact } from './data-address.ts';
import { type DataPorts, dataPortsFact } from './data-ports.ts';
import { destinationFact } from './destination.ts';
import { destinationLibvirtFact } from './destination-libvirt.ts';
import { destinationSessionFact, type HostShell } from './destination-session.ts';

/** The bandwidth of the link from this host to the destination. */
export interface Bandwidth {
  readonly bytesPerSecond: number;
  readonly source: BandwidthSource;
  /** If measured on the route of the data: the round-trip time in milliseconds. */
  readonly roundTripMilliseconds?: number;
  /** The largest packet on that route, in bytes. */
  readonly mtu?: number;
  /** If measured over ssh: why not on the route of the data. Undefined if no port of that route could be tried. */
  readonly failedProbe?: FailedProbe;
  /** How long ssh took to connect to the destination's shell, in milliseconds. */
  readonly connectMilliseconds?: number;
}

async function throughShell(shell: HostShell): Promise<number> {
  let sent = false;
  const answer = await shell.run(sshCounter, [], {
    reads: true,
    onText: (text) => {
      if (sent || !text.startsWith('counting\n')) return;
      sent = true;
      shell.sendZeros(mostBytes, mostSeconds);
    },
  });
  // Includes the line break, so that a truncated number is not read as a smaller one.
  const [, bytes = 0, nanoseconds = 0] = (/^counting\n\s*(\d{1,15}) (\d{1,15})\s*\n$/.exec(answer) ?? []).map(
    Number,
  );
  if (bytes === 0 || nanoseconds === 0) {
    throw new FactUnavailable({
      why: msg('No data came through the link between the hosts.'),
      original: answer.trim(),
    });
  }
  return bytes / (nanoseconds / 1e9);
}

/** The lifetime of the listener, in seconds: connecting, sending, and data still in transit. */
const listenerLife = 8;

/** How many free ports the listener can choose from, because one may be taken meanwhile. */
const mostPorts = 8;

/** Measures on the address and a port that the data will use. */
async function probe(
  shell: HostShell,
  to: string,
  ports: readonly string[],
  context: FactContext,
): Promise<Probe | FailedProbe> {
  let sending: Promise<string> | undefined;
  const received = await shell.run(listenerScript, listenerParameters(to, listenerLife, ports), {
    onText: (text) => {
      const port = listeningPort(text);
      if (port !== undefined) sending ??= send(to, port, context);
    },
  });
  const sent = (await sending) ?? '';
  return parseProbe(`${received}\n${sent}`) ?? failedProbe(received, sent);
}

/** Tries a second port if nothing arrived: a busy host may have been late. Undefined if no port can be tried. */
async function probed(
  shell: HostShell,
  address: DataAddress,
  { open }: DataPorts,
  context: FactContext,
): Promise<Probe | FailedProbe | undefined> {
  const to = target(address);
  // From the end of the range: libvirt uses the first free port for a migration that may begin meanwhile.
  const ports = open.slice(-mostPorts).map(String);
  if (ports.length === 0) return undefined;
  const first = await probe(shell, to, ports, context);
  if (!('kind' in first) || first.kind !== 'nothing-came') return first;
  const others = ports.filter((port) => port !== first.port);
  return probe(shell, to, others.length === 0 ? ports : others, context);
}

/** Sends zeros to the listener. Resolves to the kernel's data about the connection; empty if there was none. */
async function send(address: string, port: string, context: FactContext): Promise<string> {
  const { stdout } = await context.platform.run(
    [
      ...['timeout', String(senderLife), 'bash', '-c', senderScript, 'bash', address, port],
      ...[String(mostBytes), String(mostSeconds)],
    ],
    { signal: context.signal },
  );
  return stdout;
}

/** The nominal speed of the network device for the address. The kernel gives it in Mb/s. */
async function nominal(address: string, context: FactContext): Promise<number> {
  const route = await context.platform.run(['ip', '-o', 'route', 'get', address], { signal: context.signal });
  const device = /\bdev (\S+)/.exec(route.stdout)?.[1];
  const speed =
    device === undefined || device.includes('/')
      ? undefined
      : await context.platform.file.read(`/sys/class/net/${device}/speed`).catch(() => undefined);
  const megabits = /^\d{1,9}$/.test(speed?.trim() ?? '') ? Number(speed) : 0;
  if (megabits === 0) {
    throw new FactUnavailable({
      why: msg('The destination gives no shell to measure with, and the network device reports no speed.'),
    });
  }
  return (megabits * 1e6) / 8;
}

/**
 * The bandwidth to the destination. After the quick checks, it sends at most 128 MiB for at most 2 s: on the route of the data if a
 * shell can run the listener, otherwise through ssh.
 */
export const bandwidthFact = defineFact<
  Bandwidth,
  {
    destination: typeof destinationFact;
    libvirt: typeof destinationLibvirtFact;
    address: typeof dataAddressFact;
  },
  { ports: typeof dataPortsFact; session: typeof destinationSessionFact }
>({
  name: 'bandwidth',
  choices: ['bandwidthBytesPerSecond'],
  needs: { destination: destinationFact, libvirt: destinationLibvirtFact, address: dataAddressFact },
  wants: { ports: dataPortsFact, session: destinationSessionFact },
  slow: true,
  afterQuickChecks: true,
  timeLimitMilliseconds: 40_000,
  gather: async ({ destination: { parts }, address }, context, { ports, session }) => {
    const given = context.choices.bandwidthBytesPerSecond;
    if (given !== undefined) return { bytesPerSecond: given, source: 'given' };
    if (parts.transport !== 'ssh') {
      return { bytesPerSecond: await nominal(target(address), context), source: 'nominal' };
    }
    const { shell, connectMilliseconds } = required(session);
    const outcome = ports.available ? await probed(shell, address, ports.value, context) : undefined;
    if (outcome !== undefined && !('kind' in outcome))
      return { ...outcome, source: 'measured', connectMilliseconds };
    return {
      bytesPerSecond: await throughShell(shell),
      source: 'measured-over-ssh',
      connectMilliseconds,
      ...(outcome === undefined ? {} : { failedProbe: outcome }),
    };
  },
});

function target(address: DataAddress): string {
  const [first] = address.addresses;
  if (first === undefined) {
    throw new FactUnavailable({ why: msg('This host cannot resolve the name $0.', address.host) });
  }
  return first;
}
