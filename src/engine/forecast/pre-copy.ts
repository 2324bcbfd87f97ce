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

/**
 * Plays pre-copy as QEMU does it (migration_iteration_run, ram_save_pending): it sends until what remains would fit into the
 * allowed pause, then looks what became dirty meanwhile. If all that fits, it stops the VM and sends it; otherwise it goes on.
 */
export function simulatePreCopy({
  firstPassBytes,
  dirtyAfter,
  bandwidth,
  allowedSeconds,
  autoConverge = false,
}: PreCopyInput): PreCopyOutcome {
  const fitting = bandwidth * allowedSeconds;
  let remaining = firstPassBytes;
  let seconds = 0;
  let sentBytes = 0;
  let leftBefore = firstPassBytes;
  let passSecondsBefore = 0;
  let throttlePercent = 0;
  let busyPasses = 0;
  const course = [{ seconds, remainingBytes: remaining }];
  for (let pass = 1; pass <= mostPasses; pass++) {
    const needed = Math.max(0, (remaining - fitting) / bandwidth);
    const looks = Math.max(1, Math.ceil(needed / lookSeconds));
    const passSeconds = Math.min(looks * lookSeconds, remaining / bandwidth);
    const sent = passSeconds * bandwidth;
    seconds += passSeconds;
    sentBytes += sent;
    const left = Math.max(0, remaining - sent);
    course.push({ seconds, remainingBytes: left });
    // A VM that gets a part of its processor time writes as much as it would in that part of the time.
    const pace = 1 - throttlePercent / 100;
    const dirty = dirtyAfter(passSeconds * pace) * wireRatio;
    // What was left over is sent first. Of the rest of it, what was dirtied during the pass before may be dirty again now.
    const older = Math.max(0, leftBefore - sent);
    const atMost = older + dirtyAfter((passSeconds + passSecondsBefore) * pace) * wireRatio;
    const next = Math.min(left + dirty, atMost);
    course.push({ seconds, remainingBytes: next });
    if (next <= fitting) {
      const pauseSeconds = next / bandwidth;
      course.push({ seconds: seconds + pauseSeconds, remainingBytes: 0 });
      return {
        converges: true,
        seconds: seconds + pauseSeconds,
        passes: pass + (next > 0 ? 1 : 0),
        sentBytes: sentBytes + next,
        pauseSeconds,
        throttlePercent,
        course,
      };
    }
    if (autoConverge) {
      busyPasses += dirty > sent * throttleTrigger ? 1 : 0;
      if (busyPasses >= 2) {
        busyPasses = 0;
        throttlePercent =
          throttlePercent === 0 ? throttle.first : Math.min(throttle.most, throttlePercent + throttle.more);
      }
    }
    // Each pass depends on the one before alone: one that leaves no less will not be followed by ones that do.
    const stuck = pass > 2 && next >= remaining && (!autoConverge || throttlePercent === throttle.most);
    if (stuck) break;
    remaining = next;
    leftBefore = left;
    passSecondsBefore = passSeconds;
  }
  return {
    converges: false,
    seconds,
    passes: mostPasses,
    sentBytes,
    pauseSeconds: 0,
    throttlePercent,
    course,
  };
}
