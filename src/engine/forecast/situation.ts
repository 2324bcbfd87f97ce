// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DirtyCurve } from './dirty-curve.ts';
import { type PreCopyOutcome, simulatePreCopy, wireRatio } from './pre-copy.ts';

/** Seconds as whole milliseconds. */
export const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

/** What the model simulates, in bytes, bytes per second and seconds. */
export interface Situation {
  readonly firstPass: number;
  readonly curve: DirtyCurve;
  readonly bandwidth: number;
  readonly allowedSeconds: number;
  /** Seconds before the memory is copied: for libvirt, and for the disks. */
  readonly beforeSeconds: number;
}

/** What is done besides pre-copy. */
export interface Tactics {
  readonly autoConverge?: boolean;
  readonly postCopy?: boolean;
  /** The VM is paused when the copying begins. */
  readonly pauseVm?: boolean;
}

/** Simulates the migration in this situation. */
export function play(
  { firstPass, curve, bandwidth, allowedSeconds, beforeSeconds }: Situation,
  { autoConverge = false, postCopy = false, pauseVm = false }: Tactics = {},
): PreCopyOutcome {
  if (pauseVm) {
    // From the start of the copy to its end.
    const still = play({ firstPass, curve: () => 0, bandwidth, allowedSeconds, beforeSeconds });
    return { ...still, pauseSeconds: still.seconds };
  }
  if (postCopy) {
    const first = play({ firstPass, curve: () => 0, bandwidth, allowedSeconds, beforeSeconds });
    // Memory that became dirty during the first pass is fetched while the VM runs on the destination. The VM pauses only while the
    // state of its devices is sent. That time is not known before.
    const fetchedBytes = curve(first.seconds) * wireRatio;
    return {
      ...first,
      seconds: first.seconds + fetchedBytes / bandwidth,
      sentBytes: first.sentBytes + fetchedBytes,
      pauseSeconds: 0,
      passes: 2,
    };
  }
  return simulatePreCopy({
    firstPassBytes: firstPass,
    dirtyAfter: curve,
    bandwidth,
    allowedSeconds,
    autoConverge,
  });
}

/** The lowest value with which the migration finishes, by bisection of the ratio. It must finish with `high`. */
export function least(low: number, high: number, ends: (value: number) => boolean): number {
  while (high / low > 1.005) {
    const middle = Math.sqrt(low * high);
    if (ends(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The lowest bandwidth with which the migration finishes, in bytes per second. */
export function breakEven(situation: Situation, tactics: Tactics): number {
  // With this bandwidth, all of the memory fits into the pause.
  const high = Math.max(2, situation.firstPass / situation.allowedSeconds);
  return Math.ceil(least(1, high, (bandwidth) => play({ ...situation, bandwidth }, tactics).converges));
}
