// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Forecast } from '../../src/engine/forecast/result.ts';

/** The rates and levers in a forecast for a VM with 2 GiB. */
export const forecastRates = {
  dirtyBytesPerSecond: 3 * 1024 ** 2,
  bandwidthBytesPerSecond: 110 * 1024 ** 2,
  bandwidthAssumed: false,
  bandwidthSource: 'measured' as const,
  breakEvenBytesPerSecond: 4 * 1024 ** 2,
  allowedDowntimeMilliseconds: 300,
  course: [
    { milliseconds: 0, remainingBytes: 2 * 1024 ** 3 },
    { milliseconds: 26_000, remainingBytes: 0 },
  ],
  levers: [
    {
      lever: 'auto-converge' as const,
      confidence: 'estimate' as const,
      converges: true,
      totalMilliseconds: 26_000,
      downtimeMilliseconds: 120,
      throttlePercent: 0,
    },
    {
      lever: 'bandwidth-limit' as const,
      confidence: 'computed' as const,
      converges: false,
      limitBytesPerSecond: 55 * 1024 ** 2,
    },
    {
      lever: 'longer-pause' as const,
      confidence: 'computed' as const,
      converges: true,
      totalMilliseconds: 25_000,
      downtimeMilliseconds: 900,
      allowedMilliseconds: 1000,
    },
  ],
};

/** A forecast that the migration finishes, with this upper bound in milliseconds. */
export function convergingForecast(high: number): Forecast {
  return {
    kind: 'converges',
    totalMilliseconds: { low: 20_000, likely: 26_000, high },
    downtimeMilliseconds: 120,
    passes: 3,
    sentBytes: 2.1 * 1024 ** 3,
    ...forecastRates,
  };
}
