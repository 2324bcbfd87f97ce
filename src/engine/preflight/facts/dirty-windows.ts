// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationChoices } from '../../plan/index.ts';

/** The default windows. Memory that is written repeatedly counts once in each. */
const severalWindows: readonly number[] = [1, 2, 4, 8];

/** The windows to measure for these choices, in seconds. */
export function samplingWindows({
  dirtyRateSeconds,
}: Pick<MigrationChoices, 'dirtyRateSeconds'>): readonly number[] {
  return dirtyRateSeconds === undefined
    ? severalWindows
    : [Math.min(60, Math.max(1, Math.round(dirtyRateSeconds)))];
}
