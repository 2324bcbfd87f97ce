// SPDX-License-Identifier: LGPL-2.1-or-later

import {
  cautiousCurve,
  type DirtyCurve,
  type DirtyPoint,
  dirtyRateOf,
  flattestCurve,
  hopefulCurve,
  likelyCurve,
  steepestCurve,
} from './dirty-curve.ts';
import { levers } from './levers.ts';
import { migrationOverhead } from './overhead.ts';
import { headerBytes, type PreCopyOutcome, pageBytes, wireRatio } from './pre-copy.ts';
import type { BandwidthSource, CoursePoint, Forecast } from './result.ts';
import { breakEven, milliseconds, play, type Situation, type Tactics } from './situation.ts';
import type { TrackRecord } from './track-record.ts';

/** QEMU's default for its `downtime-limit`, in milliseconds: how long it may stop the VM for the last pass. */
export const defaultDowntimeMilliseconds = 300;

/** More points do not make the chart clearer. */
const mostCoursePoints = 80;

/** The input of the model, in bytes, bytes per second and milliseconds. */
export interface ForecastInput extends Tactics {
  readonly memoryBytes: number;
  /** Memory that is not zero. Pages of zeros cost a few bytes each. If absent: all of the memory. */
  readonly nonZeroBytes?: number;
  /** Memory that was dirty after one or more windows. Empty for a VM that writes nothing. */
  readonly dirty: readonly DirtyPoint[];
  /** The VM writes nothing because it is paused. */
  readonly paused?: boolean;
  /** Longer windows are still being measured. The range includes what they may show for a VM with a steady load. */
  readonly measuring?: boolean;
  readonly bandwidthBytesPerSecond: number;
  readonly bandwidthSource: BandwidthSource;
  /**
   * Shown with the forecast, but not part of the model: neither changes the throughput of one connection that uses all of the link.
   */
  readonly roundTripMilliseconds?: number;
  readonly mtu?: number;
  /** How long an ssh connection to the destination took. The overhead of libvirt is estimated from it. */
  readonly connectMilliseconds?: number;
  readonly downtimeMilliseconds?: number;
  /** The admin's bandwidth limit, in bytes per second. */
  readonly limitBytesPerSecond?: number;
  /** What is copied of disks before the memory. */
  readonly diskBytes?: number;
  /** The results of migrations between the same hosts. */
  readonly track?: TrackRecord;
}

/** Bytes that the first pass sends: pages of zeros as their header, all others whole. */
export function firstPassBytes(memoryBytes: number, nonZeroBytes: number): number {
  const full = Math.min(nonZeroBytes, memoryBytes);
  return full * wireRatio + ((memoryBytes - full) / pageBytes) * headerBytes;
}

/**
 * How much is still to be sent over time. Of each synchronization of dirty pages, only the point after it: the one before does not
 * include what became dirty. The points are evenly chosen and include the first and the last.
 */
function courseOf({ course: played }: PreCopyOutcome, beforeSeconds: number): readonly CoursePoint[] {
  const course = played.filter(({ seconds }, index) => played[index + 1]?.seconds !== seconds);
  const step = Math.max(1, (course.length - 1) / (mostCoursePoints - 1));
  const chosen = new Set(
    Array.from({ length: Math.min(course.length, mostCoursePoints) }, (_, index) => Math.round(index * step)),
  );
  return course
    .filter((_, index) => chosen.has(index))
    .map(({ seconds, remainingBytes }) => ({
      milliseconds: milliseconds(beforeSeconds + seconds),
      remainingBytes: Math.round(remainingBytes),
    }));
}

/** Measurements of the VM and the link, corrected by earlier migrations. */
function linkFigures(
  { dirty, bandwidthSource, track, paused, roundTripMilliseconds, mtu, diskBytes }: ForecastInput,
  bandwidthBytesPerSecond: number,
): Omit<
  Extract<Forecast, { kind: 'does-not-converge' }>,
  'kind' | 'breakEvenBytesPerSecond' | 'allowedDowntimeMilliseconds' | 'course' | 'levers'
> {
  const share = track?.share[bandwidthSource];
  return {
    ...(paused === true ? { paused } : {}),
    dirtyBytesPerSecond: dirtyRateOf(dirty),
    bandwidthBytesPerSecond,
    bandwidthAssumed: bandwidthSource === 'nominal',
    bandwidthSource,
    ...(roundTripMilliseconds === undefined ? {} : { roundTripMilliseconds }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(diskBytes === undefined ? {} : { diskBytes }),
    ...(share === undefined ? {} : { bandwidthShare: share }),
    ...(track === undefined
      ? {}
      : {
          track: {
            migrations: track.migrations,
            ...(track.medianError === undefined ? {} : { medianError: track.medianError }),
          },
        }),
  };
}

/** The situations of a plain migration and of the one that the admin chose. */
function situationsOf(input: ForecastInput): {
  readonly plain: Situation;
  readonly situation: Situation;
  readonly bandwidth: number;
} {
  const { memoryBytes, dirty, bandwidthSource, track } = input;
  const bandwidth = input.bandwidthBytesPerSecond * (track?.share[bandwidthSource] ?? 1);
  const overhead = track?.overheadMilliseconds ?? migrationOverhead(input.connectMilliseconds);
  const plain: Situation = {
    firstPass: firstPassBytes(memoryBytes, input.nonZeroBytes ?? memoryBytes),
    curve: likelyCurve(dirty, memoryBytes),
    bandwidth,
    allowedSeconds: defaultDowntimeMilliseconds / 1000,
    beforeSeconds: overhead / 1000 + (input.diskBytes ?? 0) / bandwidth,
  };
  const situation: Situation = {
    ...plain,
    bandwidth: Math.min(bandwidth, input.limitBytesPerSecond ?? bandwidth),
    allowedSeconds: (input.downtimeMilliseconds ?? defaultDowntimeMilliseconds) / 1000,
  };
  return { plain, situation, bandwidth };
}

/** The best and the worst result that longer measurements may have. */
function extremesOf({ dirty, memoryBytes, measuring }: ForecastInput): {
  readonly hopeful: DirtyCurve;
  readonly cautious: DirtyCurve;
} {
  return measuring === true
    ? { hopeful: flattestCurve(dirty, memoryBytes), cautious: steepestCurve(dirty, memoryBytes) }
    : { hopeful: hopefulCurve(dirty, memoryBytes), cautious: cautiousCurve(dirty, memoryBytes) };
}

/** Bounds of the lowest bandwidth with which the migration finishes, in bytes per second, while measurements still run. */
export function breakEvenRange(input: ForecastInput): { readonly low: number; readonly high: number } {
  const { situation } = situationsOf(input);
  const { hopeful, cautious } = extremesOf(input);
  return {
    low: breakEven({ ...situation, curve: hopeful }, input),
    high: breakEven({ ...situation, curve: cautious }, input),
  };
}

/**
 * Whether and when pre-copy finishes. The model assumes that the migration uses all of the link, and that the load is steady. It
 * leaves out compression and the time to switch over.
 */
export function forecastCopy(input: ForecastInput): Exclude<Forecast, { kind: 'unknown' }> {
  const { plain, situation, bandwidth } = situationsOf(input);
  const likely = play(situation, input);
  const breakEvenBytesPerSecond = breakEven(situation, input);
  const figures = {
    ...linkFigures(input, bandwidth),
    breakEvenBytesPerSecond,
    allowedDowntimeMilliseconds: input.downtimeMilliseconds ?? defaultDowntimeMilliseconds,
    course: courseOf(likely, situation.beforeSeconds),
    // Computed for a migration without options. The options that the admin has chosen do not change this table.
    levers: input.paused === true ? [] : levers(plain, play(plain), breakEven(plain, {})),
  };
  if (!likely.converges) return { kind: 'does-not-converge', ...figures };
  const extremes = extremesOf(input);
  const hopeful = play({ ...situation, curve: extremes.hopeful }, input);
  const cautious = play({ ...situation, curve: extremes.cautious }, input);
  const total = (seconds: number): number => milliseconds(situation.beforeSeconds + seconds);
  // If only the cautious curve does not converge, the result is close: then the upper bound is twice the likely time.
  const worst = cautious.converges ? cautious.seconds : likely.seconds * 2;
  return {
    kind: 'converges',
    totalMilliseconds: {
      low: total(Math.min(hopeful.seconds, likely.seconds)),
      likely: total(likely.seconds),
      high: total(Math.max(worst, likely.seconds)),
    },
    downtimeMilliseconds: milliseconds(likely.pauseSeconds),
    passes: likely.passes,
    sentBytes: Math.round((input.diskBytes ?? 0) + likely.sentBytes),
    ...figures,
  };
}
