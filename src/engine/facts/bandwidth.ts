// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DestinationParts } from '../destination-uri.ts';
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import type { BandwidthSource } from '../preflight-state.ts';
import { type DataAddress, dataAddressFact } from './data-address.ts';
import { destinationFact } from './destination.ts';
import { destinationLibvirtFact } from './destination-libvirt.ts';
import { asLibvirtd, sshArgv } from './ssh-route.ts';

/** What the link from this host to the destination carries. */
export interface Bandwidth {
  readonly bytesPerSecond: number;
  readonly source: BandwidthSource;
  /** Where it was measured over the way of the data: how long a packet and its answer take, in milliseconds. */
  readonly roundTripMilliseconds?: number;
  /** The largest packet on that way, in bytes. */
  readonly mtu?: number;
}

/** No measurement sends more than this, nor longer than `mostSeconds`. */
const mostBytes = 128 * 1024 * 1024;
const mostSeconds = 2;

/**
 * Sends zeros through ssh, as many as go through in the time. The other side counts and takes the time, so that
 * connecting is no part of it.
 */
const sender = `limit=$1; seconds=$2; shift 2
timeout "$seconds" head -c "$limit" /dev/zero | "$@"
`;

/** Counts on the destination: bytes and nanoseconds from the first block to the end. */
const counter =
  'LC_ALL=C dd bs=1 count=1 of=/dev/null 2>/dev/null; a=$(date +%s%N); n=$(wc -c); b=$(date +%s%N); echo "$n $((b-a))"';

async function measured(parts: DestinationParts, context: FactContext): Promise<number> {
  const { exitCode, stdout, stderr } = await context.platform.run(
    ['sh', '-s', '--', String(mostBytes), String(mostSeconds), ...sshArgv(parts, [counter])],
    { input: sender, signal: context.signal, ...asLibvirtd(context) },
  );
  const [bytes, nanoseconds] = stdout.trim().split(' ').map(Number);
  if (
    exitCode !== 0 ||
    bytes === undefined ||
    nanoseconds === undefined ||
    !(nanoseconds > 0) ||
    bytes <= 0
  ) {
    throw new FactUnavailable({
      why: msg('The bandwidth between the hosts could not be measured.'),
      original: stderr.trim(),
    });
  }
  return bytes / (nanoseconds / 1e9);
}

/** The nominal speed of the device through which the address is reached, from the kernel; in Mb/s there. */
async function nominal(address: string, context: FactContext): Promise<number> {
  const route = await context.platform.run(['ip', '-o', 'route', 'get', address], { signal: context.signal });
  const device = /\bdev (\S+)/.exec(route.stdout)?.[1];
  const speed =
    device === undefined || device.includes('/')
      ? undefined
      : await context.platform.file.read(`/sys/class/net/${device}/speed`).catch(() => undefined);
  const megabits = Number(speed?.trim() ?? NaN);
  if (!(megabits > 0)) {
    throw new FactUnavailable({
      why: msg(
        'Without a shell on the destination the bandwidth is not measured, and the network device tells no speed.',
      ),
    });
  }
  return (megabits * 1e6) / 8;
}

/** The bandwidth to the destination. Sent at most 128 MiB and for 2 s, when the quick checks are done. */
export const bandwidthFact = defineFact<
  Bandwidth,
  {
    destination: typeof destinationFact;
    libvirt: typeof destinationLibvirtFact;
    address: typeof dataAddressFact;
  }
>({
  name: 'bandwidth',
  needs: { destination: destinationFact, libvirt: destinationLibvirtFact, address: dataAddressFact },
  slow: true,
  afterQuickChecks: true,
  timeLimitMilliseconds: 20_000,
  gather: async ({ destination: { parts }, address }, context) => {
    if (parts.transport === 'ssh') {
      return {
        bytesPerSecond: await measured(parts, context),
        source: 'measured-over-ssh',
      };
    }
    return { bytesPerSecond: await nominal(target(address), context), source: 'nominal' };
  },
});

function target(address: DataAddress): string {
  const [first] = address.addresses;
  if (first === undefined) {
    throw new FactUnavailable({ why: msg('The name $0 has no address on this host.', address.host) });
  }
  return first;
}
