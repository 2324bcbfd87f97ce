// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText, type Message, msg } from '../base/index.ts';
import type { Prediction } from './track-record.ts';

/** A fraction in percent, rounded to what is significant. */
export const percent = (part: number): number => Math.round(part * 100);

/** The forecast and the actual result; empty if one of them is missing. */
export function predictionText({
  predicted,
  elapsedMilliseconds,
  paused,
}: {
  readonly predicted?: Prediction;
  readonly elapsedMilliseconds?: number;
  readonly paused?: true;
}): Message | undefined {
  if (predicted === undefined || elapsedMilliseconds === undefined) return undefined;
  if (predicted.kind === 'does-not-converge') {
    return msg('Forecast: will not finish. The forecast was wrong, or the load fell.');
  }
  const off = percent(Math.abs(predicted.totalMilliseconds / elapsedMilliseconds - 1));
  const [total, pause] = [
    durationText(predicted.totalMilliseconds),
    durationText(predicted.downtimeMilliseconds),
  ];
  if (paused === true) return msg('Forecast: $0 ($1 % off).', total, off);
  return msg('Forecast: $0 with a pause of $1 ($2 % off).', total, pause, off);
}

/** Why the result could not be stored. */
export function notRecordedText(why: string): Message {
  return msg('Not recorded for the next forecast: $0', why);
}
