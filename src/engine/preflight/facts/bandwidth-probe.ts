// SPDX-License-Identifier: LGPL-2.1-or-later
import { wholeNumber } from '../../base/index.ts';
import listenerPerl from './bandwidth-listener.pl?raw';
import listenerPython from './bandwidth-listener.py?raw';

/** The limit of each measurement. Its time limit is `mostSeconds`. */
export const mostBytes = 128 * 1024 * 1024;
export const mostSeconds = 2;

/** The listener for the destination's shell: the script and its parameters. */
export function listenerParameters(
  address: string,
  lifeSeconds: number,
  ports: readonly string[],
): readonly string[] {
  return [listenerPython, listenerPerl, String(lifeSeconds), address, ...ports];
}

/** The listener's port, from its output so far. */
export function listeningPort(said: string): string | undefined {
  return /^listening (\d{1,5})\n/m.exec(said)?.[1];
}

/** The time limit of the sender, in seconds. */
export const senderLife = mostSeconds + 3;

/** The result of a measurement. */
export interface Probe {
  readonly bytesPerSecond: number;
  readonly roundTripMilliseconds?: number;
  readonly mtu?: number;
}

/** Why a measurement has no result. */
export type FailedProbe =
  /** The destination did not listen: it lacks a program for that, or a free port. */
  | { readonly kind: 'not-listening'; readonly said: string }
  /** The destination listened, but no data arrived. */
  | {
      readonly kind: 'nothing-came';
      readonly port: string;
      /** This host got a connection, perhaps to another program. */
      readonly connected: boolean;
      /** The listener on the destination got a connection. */
      readonly accepted: boolean;
    };

/** Why the output of listener and sender contains no result for {@link parseProbe}. */
export function failedProbe(listener: string, sender: string): FailedProbe {
  const port = listeningPort(listener);
  return port === undefined
    ? { kind: 'not-listening', said: listener.trim() }
    : {
        kind: 'nothing-came',
        port,
        connected: /^connected$/m.test(sender),
        accepted: /^accepted$/m.test(listener),
      };
}

/** With fewer complete tenths of a second than this, the mean of all is used. */
const fewTenths = 5;

/**
 * Bytes per second: the median of the tenths of a second, without the first (the TCP window opens, a shaper's bucket is full) and
 * the last (incomplete). The mean is too low if a host is busy for a moment: with two processors at 1 Gbit/s, by up to a fifth.
 */
function middle(tenths: readonly number[]): number | undefined {
  const whole = tenths.slice(1, -1).sort((a, b) => a - b);
  if (whole.length < fewTenths) return undefined;
  const [low = 0, high = 0] = [whole[(whole.length - 1) >> 1], whole[whole.length >> 1]];
  // If the link is idle for more than half of the time, the mean is used.
  return high > 0 ? (low + high) * 5 : undefined;
}

/** Parses the output of listener and sender; undefined if no data arrived. */
export function parseProbe(text: string): Probe | undefined {
  const [, bytes, nanoseconds] = /^received (\d+) (\d+)$/m.exec(text) ?? [];
  const [received, duration] = [wholeNumber(bytes) ?? 0, wholeNumber(nanoseconds) ?? 0];
  if (received === 0 || duration === 0) return undefined;
  const connection = /^connection (.*)$/m.exec(text)?.[1] ?? '';
  // The minimum round trip. The mean includes the queue of the busy connection.
  const roundTrip = /\bminrtt:(\d{1,7}(?:\.\d{1,6})?)(?!\S)/.exec(connection)?.[1];
  const mtu = wholeNumber(/\bpmtu:(\d+)/.exec(connection)?.[1]);
  const tenths = (/^tenths((?: \d{1,15})+)$/m.exec(text)?.[1] ?? '').trim().split(' ').map(Number);
  return {
    bytesPerSecond: middle(tenths) ?? received / (duration / 1e9),
    ...(roundTrip === undefined ? {} : { roundTripMilliseconds: Number(roundTrip) }),
    ...(mtu === undefined ? {} : { mtu }),
  };
}
