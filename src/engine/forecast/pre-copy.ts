// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DirtyCurve } from './dirty-curve.ts';

/** QEMU's page, in bytes. */
export const pageBytes = 4096;

/** QEMU sends 8 bytes of header with each page (save_page_header); a page of zeros is little more than that. */
export const headerBytes = 8;

/** What one dirty byte costs on the wire. */
export const wireRatio = (pageBytes + headerBytes) / pageBytes;

/** QEMU sends for at most so long before it looks whether the rest fits into the pause (MAX_WAIT of its ram.c), in seconds. */
const lookSeconds = 0.05;

/** A migration that has not come down to the last pass by then does not come to an end. */
const mostPasses = 2000;

/** QEMU's throttle: 20 % at first, 10 % more each time, up to 99 % (its cpu-throttle-* parameters). */
const throttle = { first: 20, more: 10, most: 99 } as const;

/** It counts passes in which more was dirtied than half of what was sent (throttle-trigger-threshold), and acts on the second. */
const throttleTrigger = 0.5;

/** One copying to be played. Bytes on the wire, seconds, bytes per second. */
export interface PreCopyInput {
  readonly firstPassBytes: number;
  readonly dirtyAfter: DirtyCurve;
  readonly bandwidth: number;
  readonly allowedSeconds: number;
  readonly autoConverge?: boolean;
}

export interface PreCopyOutcome {
  readonly converges: boolean;
  /** From the first byte to the last, pause included; without an end, as far as it was played. */
  readonly seconds: number;
  readonly passes: number;
  readonly sentBytes: number;
  readonly pauseSeconds: number;
  readonly throttlePercent: number;
  /** What remains after so many seconds: at the beginning, before and after each look, at the end. */
  readonly course: readonly { readonly seconds: number; readonly remainingBytes: number }[];
}

/** One pass over the memory: how long it took, what was sent, and what remains for the next. */
interface Pass {
  readonly seconds: number;
  readonly sent: number;
  /** Of what was to be sent. */
  readonly left: number;
  /** Written meanwhile. */
  readonly dirty: number;
  readonly next: number;
}

/** What a pass begins with. */
interface PassStart {
  readonly remaining: number;
  /** Of what the pass before was to send, what it did not. */
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
  // A VM that gets a part of its processor time writes as much as it would in that part of the time.
  const pace = 1 - throttlePercent / 100;
  const dirty = dirtyAfter(seconds * pace) * wireRatio;
  // What was left over is sent first. Of the rest of it, what was dirtied during the pass before may be dirty again now.
  const older = Math.max(0, leftBefore - sent);
  const atMost = older + dirtyAfter((seconds + secondsBefore) * pace) * wireRatio;
  return { seconds, sent, left, dirty, next: Math.min(left + dirty, atMost) };
}

/** QEMU's throttle, which is raised every second time that a pass is busy. */
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
 * Plays pre-copy as QEMU does it (migration_iteration_run, ram_save_pending): it sends until what remains would fit into the
 * allowed pause, then looks what became dirty meanwhile. If all that fits, it stops the VM and sends it; otherwise it goes on.
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
    // Each pass depends on the one before alone: one that leaves no less will not be followed by ones that do.
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
