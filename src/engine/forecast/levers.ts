// SPDX-License-Identifier: LGPL-2.1-or-later
import { longestDowntimeMilliseconds } from '../base/index.ts';
import type { PreCopyOutcome } from './pre-copy.ts';
import type { LeverEffect } from './result.ts';
import { least, milliseconds, play, type Situation } from './situation.ts';

/** Rounded to two significant figures: 1300 ms, not 1287 ms. */
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
export function levers(
  situation: Situation,
  plain: PreCopyOutcome,
  leastBandwidth: number,
): readonly LeverEffect[] {
  const { firstPass, bandwidth, allowedSeconds, beforeSeconds } = situation;
  const throttled = play(situation, { autoConverge: true });
  const whole = firstPass / bandwidth;
  const allowed = plain.converges
    ? Math.max(1000, allowedSeconds * 2000)
    : roundedUp(
        least(allowedSeconds * 1000, Math.min(longestDowntimeMilliseconds, whole * 1000 + 1), (pause) => {
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
