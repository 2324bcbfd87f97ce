// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DirtyCurve } from './dirty-curve.ts';
import { type PreCopyOutcome, simulatePreCopy, wireRatio } from './pre-copy.ts';

/** What the model plays. Bytes, bytes per second, seconds. */
export interface Situation {
  readonly firstPass: number;
  readonly curve: DirtyCurve;
  readonly bandwidth: number;
  readonly allowedSeconds: number;
  /** Before the memory, in seconds: what libvirt needs, and the copying of disks. */
  readonly beforeSeconds: number;
}

/** What is done beside copying pass after pass. */
export interface Tactics {
  readonly autoConverge?: boolean;
  readonly postCopy?: boolean;
  /** The VM is paused when the copying begins. */
  readonly pauseVm?: boolean;
}

/** How the migration goes in this situation. */
export function play(
  { firstPass, curve, bandwidth, allowedSeconds, beforeSeconds }: Situation,
  { autoConverge = false, postCopy = false, pauseVm = false }: Tactics = {},
): PreCopyOutcome {
  if (pauseVm) {
    // From the beginning of the copying to its end.
    const still = play({ firstPass, curve: () => 0, bandwidth, allowedSeconds, beforeSeconds });
    return { ...still, pauseSeconds: still.seconds };
  }
  if (postCopy) {
    const first = play({ firstPass, curve: () => 0, bandwidth, allowedSeconds, beforeSeconds });
    // What was dirtied during the first pass is fetched while the VM runs over there; it stands still for a moment only, which
    // is not known beforehand: the state of its devices has to cross.
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

/** The least value for which it ends, found by halving the ratio; `high` must be enough. */
export function least(low: number, high: number, ends: (value: number) => boolean): number {
  while (high / low > 1.005) {
    const middle = Math.sqrt(low * high);
    if (ends(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The least bandwidth with which it ends, in bytes per second. */
export function breakEven(situation: Situation, tactics: Tactics): number {
  // With this, even all of the memory fits into the pause.
  const high = Math.max(2, situation.firstPass / situation.allowedSeconds);
  return Math.ceil(least(1, high, (bandwidth) => play({ ...situation, bandwidth }, tactics).converges));
}
