// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DirtyCurve } from './dirty-curve.ts';

/** QEMU's page size, in bytes. */
export const pageBytes = 4096;

/** QEMU sends a header of 8 bytes with each page (save_page_header). A page of zeros is little more than its header. */
export const headerBytes = 8;

/** Bytes on the wire for each dirty byte. */
export const wireRatio = (pageBytes + headerBytes) / pageBytes;

/** How long QEMU sends at most before it checks whether the rest fits into the pause (MAX_WAIT of its ram.c), in seconds. */
const lookSeconds = 0.05;

/** A migration that has not reached the last pass by then does not converge. */
const mostPasses = 2000;

/** QEMU's throttle: 20 % at first, 10 % more each time, up to 99 % (its cpu-throttle-* parameters). */
const throttle = { first: 20, more: 10, most: 99 } as const;

/**
 * QEMU counts the passes in which the VM dirtied more than half of what was sent (throttle-trigger-threshold), and throttles at
 * every second one.
 */
const throttleTrigger = 0.5;

/** One migration to simulate, in bytes on the wire, seconds, and bytes per second. */
export interface PreCopyInput {
  readonly firstPassBytes: number;
  readonly dirtyAfter: DirtyCurve;
  readonly bandwidth: number;
  readonly allowedSeconds: number;
  readonly autoConverge?: boolean;
}

export interface PreCopyOutcome {
  readonly converges: boolean;
  /** From the first byte to the last, including the pause. If it does not converge: the simulated time. */
  readonly seconds: number;
  readonly passes: number;
  readonly sentBytes: number;
  readonly pauseSeconds: number;
  readonly throttlePercent: number;
  /** What remains after a number of seconds: at the start, before and after each synchronization of dirty pages, at the end. */
  readonly course: readonly { readonly seconds: number; readonly remainingBytes: number }[];
}

/** One pass over the memory: how long it took, what was sent, and what remains for the next. */
interface Pass {
  readonly seconds: number;
  readonly sent: number;
  /** What this pass did not send. */
  readonly left: number;
  /** What the VM wrote during this pass. */
  readonly dirty: number;
  readonly next: number;
}

/** The state at the start of a pass. */
interface PassStart {
  readonly remaining: number;
  /** What the pass before did not send. */
  readonly leftBefore: number;
  readonly secondsBefore: number;
  readonly throttlePercent: number;
}

function playPass({ dirtyAfter, bandwidth, allowedSeconds }: PreCopyInput, start: PassStart): Pass {
  const { remaining, leftBefore, secondsBefore, throttlePercent } = start;
  const needed = Math.max(0, (remaining - bandwidth * allowedSeconds) / bandwidth);
  const looks = Math.max(1, Math.ceil(needed / lookSeconds));
  const seconds = Math.min(looks * lookSeconds, remaining / bandwidth);
  const sent = seconds * bandwidth;
  const left = Math.max(0, remaining - sent);
  // A VM with a share of its CPU time writes as much as in that share of the time.
  const pace = 1 - throttlePercent / 100;
  const dirty = dirtyAfter(seconds * pace) * wireRatio;
  // Left-over memory is sent first. Some of the rest, which was dirtied during the pass before, may be dirty again by now.
  const older = Math.max(0, leftBefore - sent);
  const atMost = older + dirtyAfter((seconds + secondsBefore) * pace) * wireRatio;
  return { seconds, sent, left, dirty, next: Math.min(left + dirty, atMost) };
}

/** QEMU's throttle. It increases with every second busy pass. */
class Throttle {
  percent = 0;
  #busyPasses = 0;

  after({ dirty, sent }: Pass): void {
    this.#busyPasses += dirty > sent * throttleTrigger ? 1 : 0;
    if (this.#busyPasses < 2) return;
    this.#busyPasses = 0;
    this.percent =
      this.percent === 0 ? throttle.first : Math.min(throttle.most, this.percent + throttle.more);
  }
}

/**
 * Simulates pre-copy as QEMU does it (migration_iteration_run, ram_save_pending): QEMU sends until the rest would fit into the
 * allowed pause, then synchronizes the dirty pages. If the sum fits, it stops the VM and sends it; otherwise it continues.
 */
export function simulatePreCopy(input: PreCopyInput): PreCopyOutcome {
  const { firstPassBytes, bandwidth, allowedSeconds, autoConverge = false } = input;
  const throttled = new Throttle();
  let remaining = firstPassBytes;
  let leftBefore = firstPassBytes;
  let secondsBefore = 0;
  let seconds = 0;
  let sentBytes = 0;
  const course = [{ seconds, remainingBytes: remaining }];
  for (let pass = 1; pass <= mostPasses; pass++) {
    const played = playPass(input, {
      remaining,
      leftBefore,
      secondsBefore,
      throttlePercent: throttled.percent,
    });
    const { next, left } = played;
    seconds += played.seconds;
    sentBytes += played.sent;
    course.push({ seconds, remainingBytes: left }, { seconds, remainingBytes: next });
    if (next <= bandwidth * allowedSeconds) {
      const pauseSeconds = next / bandwidth;
      course.push({ seconds: seconds + pauseSeconds, remainingBytes: 0 });
      return {
        converges: true,
        seconds: seconds + pauseSeconds,
        passes: pass + (next > 0 ? 1 : 0),
        sentBytes: sentBytes + next,
        pauseSeconds,
        throttlePercent: throttled.percent,
        course,
      };
    }
    if (autoConverge) throttled.after(played);
    // Each pass depends only on the one before. If a pass leaves no less than the one before, no later pass will.
    if (pass > 2 && next >= remaining && (!autoConverge || throttled.percent === throttle.most)) break;
    remaining = next;
    leftBefore = left;
    secondsBefore = played.seconds;
  }
  return {
    converges: false,
    seconds,
    passes: mostPasses,
    sentBytes,
    pauseSeconds: 0,
    throttlePercent: throttled.percent,
    course,
  };
}
