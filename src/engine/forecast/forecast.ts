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
  /** What the admin limits the migration to, in bytes per second. */
  readonly limitBytesPerSecond?: number;
  readonly autoConverge?: boolean;
  readonly postCopy?: boolean;
  /** The VM is paused when the copying begins. */
  readonly pauseVm?: boolean;
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

/** What is done beside copying pass after pass. */
type Tactics = Pick<ForecastInput, 'autoConverge' | 'postCopy' | 'pauseVm'>;

function play(
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
function least(low: number, high: number, ends: (value: number) => boolean): number {
  while (high / low > 1.005) {
    const middle = Math.sqrt(low * high);
    if (ends(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function breakEven(situation: Situation, tactics: Tactics): number {
  // With this, even all of the memory fits into the pause.
  const high = Math.max(2, situation.firstPass / situation.allowedSeconds);
  return Math.ceil(least(1, high, (bandwidth) => play({ ...situation, bandwidth }, tactics).converges));
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
  const { firstPass, bandwidth, allowedSeconds, beforeSeconds } = situation;
  const throttled = play(situation, { autoConverge: true });
  const whole = firstPass / bandwidth;
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
    effect('post-copy', 'estimate', play(situation, { postCopy: true }), beforeSeconds),
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

/** What was measured of the VM and the link, and what was learned of the link. */
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
    allowedSeconds: allowedMilliseconds / 1000,
  };
  const likely = play(situation, input);
  const breakEvenBytesPerSecond = breakEven(situation, input);
  const figures = {
    ...linkFigures(input, bandwidth),
    breakEvenBytesPerSecond,
    allowedDowntimeMilliseconds: allowedMilliseconds,
    course: courseOf(likely, situation.beforeSeconds),
    // Of the plain migration: what the admin has chosen of them already changes the other figures, not this table.
    levers: input.paused === true ? [] : levers(plain, play(plain), breakEven(plain, {})),
  };
  if (!likely.converges) return { kind: 'does-not-converge', ...figures };
  const hopeful = play({ ...situation, curve: hopefulCurve(dirty, memoryBytes) }, input);
  const cautious = play({ ...situation, curve: cautiousCurve(dirty, memoryBytes) }, input);
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
