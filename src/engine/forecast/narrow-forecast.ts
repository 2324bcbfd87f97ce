// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Forecast } from './result.ts';

/** Keeps a later forecast of the same migration within the earlier range, unless the load of the VM has changed. */
export function narrowForecast(said: Forecast | undefined, now: Forecast): Forecast {
  if (said?.kind !== 'converges' || now.kind !== 'converges') return now;
  const low = Math.max(said.totalMilliseconds.low, now.totalMilliseconds.low);
  const high = Math.min(said.totalMilliseconds.high, now.totalMilliseconds.high);
  if (low > high) return now;
  const likely = Math.min(high, Math.max(low, now.totalMilliseconds.likely));
  return { ...now, totalMilliseconds: { low, likely, high } };
}
