// SPDX-License-Identifier: LGPL-2.1-or-later
import type { FactResult } from './fact.ts';
import type { Bandwidth } from './facts/bandwidth.ts';
import type { DirtyRate } from './facts/dirty-rate.ts';
import type { SourceDomain } from './facts/domain.ts';
import { msg } from './message.ts';
import type { Forecast } from './preflight-state.ts';

/** How long QEMU may stop the VM for the last pass unless told otherwise (its `downtime-limit`), in milliseconds. */
export const defaultDowntimeMilliseconds = 300;

/** QEMU sends 8 bytes of header with each 4 KiB page. */
const pageOverhead = 1 + 8 / 4096;

/** A migration that has not come down to the last pass by then does not come to an end. */
const mostPasses = 500;

/** What the model is told. Bytes, bytes per second, milliseconds. */
export interface ForecastInput {
  readonly memoryBytes: number;
  /** Memory that the VM's process really holds: the rest are zero pages, which cost a few bytes each. */
  readonly residentBytes?: number;
  readonly dirtyBytesPerSecond: number;
  /** The window over which the rate was measured. */
  readonly dirtyWindowMilliseconds: number;
  readonly bandwidthBytesPerSecond: number;
  readonly bandwidthAssumed: boolean;
  readonly downtimeMilliseconds?: number;
}

/** Bytes that are dirty (each page counted once) after so many seconds of running. */
type DirtyCurve = (seconds: number) => number;

/** In proportion to the time, until all memory is dirty. */
function proportional({ dirtyBytesPerSecond, memoryBytes }: ForecastInput): DirtyCurve {
  return (seconds) => Math.min(dirtyBytesPerSecond * seconds, memoryBytes);
}

/**
 * The careful curve: pages that are written again and again count once in the measured window, so shorter windows may
 * see up to twice as much per second (but not more than the whole window saw).
 */
function careful(input: ForecastInput): DirtyCurve {
  const { dirtyBytesPerSecond, dirtyWindowMilliseconds, memoryBytes } = input;
  const window = dirtyWindowMilliseconds / 1000;
  const inWindow = Math.min(dirtyBytesPerSecond * window, memoryBytes);
  return (seconds) =>
    seconds <= window
      ? Math.min(2 * dirtyBytesPerSecond * seconds, inWindow)
      : Math.min(dirtyBytesPerSecond * seconds, memoryBytes);
}

interface Copy {
  readonly seconds: number;
  readonly passes: number;
  readonly sentBytes: number;
  readonly lastPassSeconds: number;
}

/** Plays pre-copy pass by pass: each pass sends what became dirty during the one before. */
function playPreCopy(
  firstPassBytes: number,
  dirtyAfter: DirtyCurve,
  bandwidth: number,
  downtimeMilliseconds: number,
): Copy | undefined {
  let remaining = firstPassBytes;
  let seconds = 0;
  let sentBytes = 0;
  for (let pass = 1; pass <= mostPasses; pass++) {
    const passSeconds = (remaining * pageOverhead) / bandwidth;
    sentBytes += remaining * pageOverhead;
    seconds += passSeconds;
    const dirty = dirtyAfter(passSeconds);
    const lastPassSeconds = (dirty * pageOverhead) / bandwidth;
    if (lastPassSeconds * 1000 <= downtimeMilliseconds) {
      return {
        seconds: seconds + lastPassSeconds,
        passes: pass + (dirty > 0 ? 1 : 0),
        sentBytes: sentBytes + dirty * pageOverhead,
        lastPassSeconds,
      };
    }
    // Each pass depends on the one before alone: one that is not shorter will not be followed by shorter ones.
    if (pass > 1 && dirty >= remaining) return undefined;
    remaining = dirty;
  }
  return undefined;
}

/** The least bandwidth with which the copying ends, found by halving; in bytes per second. */
function breakEven(firstPassBytes: number, curve: DirtyCurve, downtimeMilliseconds: number): number {
  let low = 1;
  // With this, even all of the memory fits into the pause.
  let high = Math.max(2, (firstPassBytes * pageOverhead * 1000) / downtimeMilliseconds);
  while (high / low > 1.01) {
    const middle = Math.sqrt(low * high);
    if (playPreCopy(firstPassBytes, curve, middle, downtimeMilliseconds) === undefined) low = middle;
    else high = middle;
  }
  return Math.ceil(high);
}

/**
 * Whether, and when, pre-copy comes to an end. A model: it takes the link as fully used and the load as steady. Disks,
 * compression and post-copy are no part of it.
 */
export function forecastCopy(input: ForecastInput): Exclude<Forecast, { kind: 'unknown' }> {
  const { memoryBytes, dirtyBytesPerSecond, bandwidthBytesPerSecond, bandwidthAssumed } = input;
  const downtimeMilliseconds = input.downtimeMilliseconds ?? defaultDowntimeMilliseconds;
  const figures = { dirtyBytesPerSecond, bandwidthBytesPerSecond, bandwidthAssumed };
  const play = (bytes: number, curve: DirtyCurve): Copy | undefined =>
    playPreCopy(bytes, curve, bandwidthBytesPerSecond, downtimeMilliseconds);
  const likely = play(memoryBytes, proportional(input));
  if (likely === undefined) {
    return {
      kind: 'does-not-converge',
      ...figures,
      breakEvenBytesPerSecond: breakEven(memoryBytes, proportional(input), downtimeMilliseconds),
    };
  }
  const touchedBytes = Math.min(input.residentBytes ?? memoryBytes, memoryBytes);
  const best = play(touchedBytes, proportional(input)) ?? likely;
  // Where the careful curve does not end although the likely one does, it is close: twice the time is said.
  const worst = play(memoryBytes, careful(input)) ?? { ...likely, seconds: likely.seconds * 2 };
  return {
    kind: 'converges',
    totalMilliseconds: {
      low: Math.round(Math.min(best.seconds, likely.seconds) * 1000),
      high: Math.round(Math.max(worst.seconds, likely.seconds) * 1000),
    },
    downtimeMilliseconds: Math.round(likely.lastPassSeconds * 1000),
    passes: likely.passes,
    sentBytes: Math.round(likely.sentBytes),
    ...figures,
  };
}

/** The forecast from facts, or why there is none. */
export function forecastFrom(
  domain: FactResult<SourceDomain>,
  dirtyRate: FactResult<DirtyRate>,
  bandwidth: FactResult<Bandwidth>,
): Forecast {
  for (const result of [domain, dirtyRate, bandwidth]) {
    if (!result.available) return { kind: 'unknown', why: result.why };
  }
  if (
    !domain.available ||
    !dirtyRate.available ||
    !bandwidth.available ||
    bandwidth.value.bytesPerSecond <= 0
  ) {
    return { kind: 'unknown', why: msg('The link between the hosts carried nothing.') };
  }
  const { residentBytes } = domain.value;
  return forecastCopy({
    memoryBytes: domain.value.memoryBytes,
    ...(residentBytes === undefined ? {} : { residentBytes }),
    dirtyBytesPerSecond: dirtyRate.value.bytesPerSecond,
    dirtyWindowMilliseconds: dirtyRate.value.seconds * 1000,
    bandwidthBytesPerSecond: bandwidth.value.bytesPerSecond,
    bandwidthAssumed: bandwidth.value.assumed,
  });
}
