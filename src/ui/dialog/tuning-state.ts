// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LeverEffect, LeverName } from '../../engine/forecast/index.ts';
import {
  defaultStepSeconds,
  type MigrationTuning,
  parseBandwidthInput,
  parseDowntime,
  type StallAction,
  stallActions,
  wholeMebibytes,
} from '../../engine/plan/index.ts';

/** The tuning of the migration, as entered. */
export interface TuningState {
  readonly autoConverge: boolean;
  readonly postCopy: boolean;
  readonly pauseVm: boolean;
  /** In milliseconds; empty: QEMU's default. */
  readonly maxDowntime: string;
  /** In MiB/s; empty: no limit. */
  readonly bandwidthLimit: string;
  readonly onStall: ReadonlySet<StallAction>;
  readonly stepSeconds: string;
}

export const untuned: TuningState = {
  autoConverge: false,
  postCopy: false,
  pauseVm: false,
  maxDowntime: '',
  bandwidthLimit: '',
  onStall: new Set(),
  stepSeconds: String(defaultStepSeconds),
};

/** Parses the longest pause. Empty is valid and means QEMU's default. */
export function maxDowntimeOf({ maxDowntime }: TuningState): number | 'none' | 'invalid' {
  return maxDowntime.trim() === '' ? 'none' : (parseDowntime(maxDowntime) ?? 'invalid');
}

/** Parses the time before each step, in seconds. */
export function stepSecondsOf({ stepSeconds }: TuningState): number | 'invalid' {
  return /^\d{1,5}$/.test(stepSeconds.trim()) ? Number(stepSeconds) : 'invalid';
}

/** The tuning for the engine; undefined while a field is not understood. */
export function tuningOf(state: TuningState): MigrationTuning | undefined {
  const downtime = maxDowntimeOf(state);
  const seconds = stepSecondsOf(state);
  const limit = parseBandwidthInput(state.bandwidthLimit);
  if (downtime === 'invalid' || seconds === 'invalid' || limit.kind === 'invalid') return undefined;
  const steps = stallActions.filter((action) => state.onStall.has(action));
  return {
    ...(state.autoConverge ? { autoConverge: true as const } : {}),
    ...(state.postCopy ? { postCopy: true as const } : {}),
    ...(state.pauseVm ? { pauseVm: true as const } : {}),
    ...(limit.kind === 'valid' ? { bandwidthLimitBytesPerSecond: limit.bytesPerSecond } : {}),
    ...(downtime === 'none' ? {} : { maxDowntimeMilliseconds: downtime }),
    ...(steps.length === 0 ? {} : { onStall: steps.map((action) => ({ action, afterSeconds: seconds })) }),
  };
}

/** The chosen levers of the forecast. */
export function chosenLevers(state: TuningState): ReadonlySet<LeverName> {
  const { autoConverge, postCopy, pauseVm, maxDowntime, bandwidthLimit } = state;
  const chosen: readonly (readonly [LeverName, boolean])[] = [
    ['auto-converge', autoConverge],
    ['post-copy', postCopy],
    ['pause-vm', pauseVm],
    ['longer-pause', maxDowntime.trim() !== ''],
    ['bandwidth-limit', bandwidthLimit.trim() !== ''],
  ];
  return new Set(chosen.flatMap(([lever, is]) => (is ? [lever] : [])));
}

/** The change for selecting or deselecting a lever of the forecast. */
export function leverChange(effect: LeverEffect, chosen: boolean): Partial<TuningState> {
  switch (effect.lever) {
    case 'auto-converge':
      return { autoConverge: chosen };
    case 'post-copy':
      return { postCopy: chosen };
    case 'pause-vm':
      return { pauseVm: chosen };
    case 'longer-pause':
      return { maxDowntime: chosen ? String(effect.allowedMilliseconds ?? '') : '' };
    case 'bandwidth-limit':
      return { bandwidthLimit: chosen ? String(wholeMebibytes(effect.limitBytesPerSecond ?? 0)) : '' };
  }
}
