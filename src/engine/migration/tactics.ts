// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationTuning, StallStep } from '../plan/index.ts';
import { type MigrationProgress, pauseForLastPass } from '../progress/index.ts';
import type { SteerAction } from './steering.ts';

/** What to do with the running migration. */
export type TacticsAction = SteerAction | { readonly kind: 'cancel' };

/** How far the admin's plan has got. */
export interface TacticsState {
  readonly begun: boolean;
  readonly postCopied: boolean;
  /** The next step. */
  readonly step: number;
  /** When the wait for it began, on the migration's clock; absent while the migration is not stalled. */
  readonly waitingSince?: number;
}

export const tacticsAtStart: TacticsState = { begun: false, postCopied: false, step: 0 };

/** What to do, given the job's present figures. Pure: its clock is the migration's (libvirt's `time_elapsed`). */
export function nextActions(
  tuning: MigrationTuning,
  state: TacticsState,
  progress: MigrationProgress,
  stalled: boolean,
): { readonly state: TacticsState; readonly actions: readonly TacticsAction[] } {
  const first: readonly TacticsAction[] = state.begun ? [] : atBegin(tuning);
  const postCopies = tuning.postCopy === true && !state.postCopied && progress.pass >= 2;
  const { step, waitingSince, action } = nextStep(tuning, state, progress, stalled);
  return {
    state: {
      begun: true,
      postCopied: state.postCopied || postCopies,
      step,
      ...(waitingSince === undefined ? {} : { waitingSince }),
    },
    actions: [
      ...first,
      ...(postCopies ? [{ kind: 'post-copy' as const }] : []),
      ...(action === undefined ? [] : [action]),
    ],
  };
}

function atBegin({ maxDowntimeMilliseconds, pauseVm }: MigrationTuning): readonly TacticsAction[] {
  return [
    ...(maxDowntimeMilliseconds === undefined
      ? []
      : [{ kind: 'longer-pause' as const, milliseconds: maxDowntimeMilliseconds }]),
    ...(pauseVm === true ? [{ kind: 'pause-vm' as const }] : []),
  ];
}

/** If the migration makes progress again, the wait starts anew, unless its time limit is over. */
function nextStep(
  { onStall = [], timeoutSeconds }: MigrationTuning,
  { step, waitingSince }: TacticsState,
  progress: MigrationProgress,
  stalled: boolean,
): { readonly step: number; readonly waitingSince?: number; readonly action?: TacticsAction } {
  const now = progress.elapsedMilliseconds;
  const late = timeoutSeconds !== undefined && now >= timeoutSeconds * 1000;
  const next = onStall[step];
  if (next === undefined || (!stalled && !late)) return { step };
  const since = waitingSince ?? now;
  if (now - since < next.afterSeconds * 1000) return { step, waitingSince: since };
  const action = actionOf(next, progress);
  // If the length of the pause is unknown, the step is skipped and the next one does not wait for it.
  return { step: step + 1, waitingSince: now, ...(action === undefined ? {} : { action }) };
}

function actionOf({ action }: StallStep, progress: MigrationProgress): TacticsAction | undefined {
  if (action !== 'longer-pause') return { kind: action };
  const milliseconds = pauseForLastPass(progress);
  return milliseconds === undefined ? undefined : { kind: 'longer-pause', milliseconds };
}
