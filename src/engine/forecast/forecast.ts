// SPDX-License-Identifier: LGPL-2.1-or-later

import {
  cautiousCurve,
  type DirtyCurve,
  type DirtyPoint,
  dirtyRateOf,
  hopefulCurve,
  likelyCurve,
} from './dirty-curve.ts';
import { migrationOverhead } from './overhead.ts';
import { headerBytes, type PreCopyOutcome, pageBytes, simulatePreCopy, wireRatio } from './pre-copy.ts';
import type { BandwidthSource, CoursePoint, Forecast, LeverEffect } from './result.ts';
import type { TrackRecord } from './track-record.ts';

/** How long QEMU may stop the VM for the last pass unless told otherwise (its `downtime-limit`), in milliseconds. */
export const defaultDowntimeMilliseconds = 300;

/** The longest pause that QEMU can be allowed (MAX_MIGRATE_DOWNTIME), in milliseconds. */
const longestPause = 2_000_000;

/** More points than that do not make a picture clearer. */
const mostCoursePoints = 80;

/** What the model is told. Bytes, bytes per second, milliseconds. */
export interface ForecastInput {
  readonly memoryBytes: number;
  /** Memory that holds something: the rest are pages of zeros, which cost a few bytes each. All unless given. */
  readonly nonZeroBytes?: number;
  /** What was dirty after one window or several; none for a VM that writes nothing. */
  readonly dirty: readonly DirtyPoint[];
  /** It writes nothing because it is paused. */
  readonly paused?: boolean;
  readonly bandwidthBytesPerSecond: number;
  readonly bandwidthSource: BandwidthSource;
  /** Said beside it, and no part of the model: with one connection that is full, neither changes what goes through. */
  readonly roundTripMilliseconds?: number;
  readonly mtu?: number;
  /** How long an ssh connection to the destination took: libvirt's own work around the copying is measured by it. */
  readonly connectMilliseconds?: number;
  readonly downtimeMilliseconds?: number;
  /** What is copied of disks before the memory. */
  readonly diskBytes?: number;
  /** What was learned from migrations between the same hosts. */
  readonly track?: TrackRecord;
}

/** The first pass on the wire: pages that hold something whole, pages of zeros as their header. */
export function firstPassBytes(memoryBytes: number, nonZeroBytes: number): number {
  const full = Math.min(nonZeroBytes, memoryBytes);
  return full * wireRatio + ((memoryBytes - full) / pageBytes) * headerBytes;
}

interface Situation {
  readonly firstPass: number;
  readonly curve: DirtyCurve;
  readonly bandwidth: number;
  readonly allowedSeconds: number;
  /** Before the memory, in seconds: what libvirt needs, and the copying of disks. */
  readonly beforeSeconds: number;
}

function play(
  { firstPass, curve, bandwidth, allowedSeconds }: Situation,
  autoConverge = false,
): PreCopyOutcome {
  return simulatePreCopy({
    firstPassBytes: firstPass,
    dirtyAfter: curve,
    bandwidth,
    allowedSeconds,
    autoConverge,
  });
}

/** The least value for which it ends, found by halving the ratio; `high` must be enough. */
function least(low: number, high: number, ends: (value: number) => boolean): number {
  while (high / low > 1.005) {
    const middle = Math.sqrt(low * high);
    if (ends(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function breakEven(situation: Situation): number {
  // With this, even all of the memory fits into the pause.
  const high = Math.max(2, situation.firstPass / situation.allowedSeconds);
  return Math.ceil(least(1, high, (bandwidth) => play({ ...situation, bandwidth }).converges));
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

/** Two figures are enough for something to be typed or said: 1300 ms, not 1287 ms. */
function roundedUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}

function effect(
  lever: LeverEffect['lever'],
  confidence: LeverEffect['confidence'],
  { converges, seconds, pauseSeconds }: Pick<PreCopyOutcome, 'converges' | 'seconds' | 'pauseSeconds'>,
  beforeSeconds: number,
  more: Partial<LeverEffect> = {},
): LeverEffect {
  return {
    lever,
    confidence,
    converges,
    ...(converges
      ? {
          totalMilliseconds: milliseconds(beforeSeconds + seconds),
          downtimeMilliseconds: milliseconds(pauseSeconds),
        }
      : {}),
    ...more,
  };
}

/** What each lever would change. */
function levers(situation: Situation, plain: PreCopyOutcome, leastBandwidth: number): readonly LeverEffect[] {
  const { firstPass, curve, bandwidth, allowedSeconds, beforeSeconds } = situation;
  const throttled = play(situation, true);
  const whole = firstPass / bandwidth;
  // What was dirtied during the first pass is fetched while the VM runs over there; it stands still for a moment only, which
  // is not known beforehand: the state of its devices has to cross.
  const fetched = (curve(whole) * wireRatio) / bandwidth;
  const allowed = plain.converges
    ? Math.max(1000, allowedSeconds * 2000)
    : roundedUp(
        least(allowedSeconds * 1000, Math.min(longestPause, whole * 1000 + 1), (pause) => {
          return play({ ...situation, allowedSeconds: pause / 1000 }).converges;
        }),
      );
  const limit = plain.converges ? Math.min(bandwidth / 2, leastBandwidth * 1.1) : bandwidth / 2;
  return [
    effect('auto-converge', 'estimate', throttled, beforeSeconds, {
      throttlePercent: throttled.throttlePercent,
    }),
    effect(
      'post-copy',
      'estimate',
      { converges: true, seconds: whole + fetched, pauseSeconds: 0 },
      beforeSeconds,
    ),
    effect(
      'longer-pause',
      'computed',
      play({ ...situation, allowedSeconds: allowed / 1000 }),
      beforeSeconds,
      {
        allowedMilliseconds: allowed,
      },
    ),
    effect(
      'bandwidth-limit',
      'computed',
      play({ ...situation, bandwidth: Math.max(limit, bandwidth / 2) }),
      beforeSeconds,
      { limitBytesPerSecond: Math.round(Math.max(limit, bandwidth / 2)) },
    ),
    effect(
      'pause-vm',
      'computed',
      { converges: true, seconds: whole, pauseSeconds: beforeSeconds + whole },
      beforeSeconds,
    ),
  ];
}

/**
 * What is still to be sent, with what was changed meanwhile: of each look the point after it, since the one before does not
 * know yet what became dirty. Evenly chosen points, the first and the last among them.
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

/**
 * Whether, and when, pre-copy comes to an end. A model: it takes the link as fully used and the load as steady. Compression
 * is no part of it, and switching over takes a moment more.
 */
export function forecastCopy(input: ForecastInput): Exclude<Forecast, { kind: 'unknown' }> {
  const { memoryBytes, dirty, bandwidthSource, track } = input;
  const share = track?.share[bandwidthSource];
  const bandwidth = input.bandwidthBytesPerSecond * (share ?? 1);
  const overhead = track?.overheadMilliseconds ?? migrationOverhead(input.connectMilliseconds);
  const allowedMilliseconds = input.downtimeMilliseconds ?? defaultDowntimeMilliseconds;
  const situation: Situation = {
    firstPass: firstPassBytes(memoryBytes, input.nonZeroBytes ?? memoryBytes),
    curve: likelyCurve(dirty, memoryBytes),
    bandwidth,
    allowedSeconds: allowedMilliseconds / 1000,
    beforeSeconds: overhead / 1000 + (input.diskBytes ?? 0) / bandwidth,
  };
  const likely = play(situation);
  const breakEvenBytesPerSecond = breakEven(situation);
  const paused = input.paused === true;
  const figures = {
    ...(paused ? { paused } : {}),
    dirtyBytesPerSecond: dirtyRateOf(dirty),
    bandwidthBytesPerSecond: bandwidth,
    bandwidthAssumed: bandwidthSource === 'nominal',
    bandwidthSource,
    ...(input.roundTripMilliseconds === undefined
      ? {}
      : { roundTripMilliseconds: input.roundTripMilliseconds }),
    ...(input.mtu === undefined ? {} : { mtu: input.mtu }),
    ...(input.diskBytes === undefined ? {} : { diskBytes: input.diskBytes }),
    breakEvenBytesPerSecond,
    allowedDowntimeMilliseconds: allowedMilliseconds,
    course: courseOf(likely, situation.beforeSeconds),
    levers: paused ? [] : levers(situation, likely, breakEvenBytesPerSecond),
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
  if (!likely.converges) return { kind: 'does-not-converge', ...figures };
  const hopeful = play({ ...situation, curve: hopefulCurve(dirty, memoryBytes) });
  const cautious = play({ ...situation, curve: cautiousCurve(dirty, memoryBytes) });
  const total = (seconds: number): number => milliseconds(situation.beforeSeconds + seconds);
  // Where the cautious curve does not end although the likely one does, it is close: twice the time is said.
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
