// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationTuning, StallStep } from '../plan/index.ts';
import { type MigrationProgress, pauseForLastPass } from '../progress/index.ts';
import type { SteerAction } from './steering.ts';

/** What is to be done now. */
export type Deed = SteerAction | { readonly kind: 'cancel' };

/** How far the admin's plan has been carried out. */
export interface TacticsState {
  readonly begun: boolean;
  readonly postCopied: boolean;
  /** The step that comes next. */
  readonly step: number;
  /** Since when the migration waits for it, in the time of the migration; absent while it is not stalled. */
  readonly waitingSince?: number;
}

export const tacticsAtStart: TacticsState = { begun: false, postCopied: false, step: 0 };

/** What the figures of the job, told now, call for. Pure: time is that of the migration (libvirt's `time_elapsed`). */
export function nextDeeds(
  tuning: MigrationTuning,
  state: TacticsState,
  progress: MigrationProgress,
  stalled: boolean,
): { readonly state: TacticsState; readonly deeds: readonly Deed[] } {
  const first: readonly Deed[] = state.begun ? [] : atBegin(tuning);
  const postCopies = tuning.postCopy === true && !state.postCopied && progress.pass >= 2;
  const { step, waitingSince, deed } = nextStep(tuning, state, progress, stalled);
  return {
    state: {
      begun: true,
      postCopied: state.postCopied || postCopies,
      step,
      ...(waitingSince === undefined ? {} : { waitingSince }),
    },
    deeds: [
      ...first,
      ...(postCopies ? [{ kind: 'post-copy' as const }] : []),
      ...(deed === undefined ? [] : [deed]),
    ],
  };
}

function atBegin({ maxDowntimeMilliseconds, pauseVm }: MigrationTuning): readonly Deed[] {
  return [
    ...(maxDowntimeMilliseconds === undefined
      ? []
      : [{ kind: 'longer-pause' as const, milliseconds: maxDowntimeMilliseconds }]),
    ...(pauseVm === true ? [{ kind: 'pause-vm' as const }] : []),
  ];
}

/** A migration that is on its way to its end again waits anew; one whose time is over does not. */
function nextStep(
  { onStall = [], timeoutSeconds }: MigrationTuning,
  { step, waitingSince }: TacticsState,
  progress: MigrationProgress,
  stalled: boolean,
): { readonly step: number; readonly waitingSince?: number; readonly deed?: Deed } {
  const now = progress.elapsedMilliseconds;
  const late = timeoutSeconds !== undefined && now >= timeoutSeconds * 1000;
  const next = onStall[step];
  if (next === undefined || (!stalled && !late)) return { step };
  const since = waitingSince ?? now;
  if (now - since < next.afterSeconds * 1000) return { step, waitingSince: since };
  const deed = deedOf(next, progress);
  // A pause that nobody knows the length of is left out, and the next step is not kept waiting for it.
  return { step: step + 1, waitingSince: now, ...(deed === undefined ? {} : { deed }) };
}

function deedOf({ action }: StallStep, progress: MigrationProgress): Deed | undefined {
  if (action !== 'longer-pause') return { kind: action };
  const milliseconds = pauseForLastPass(progress);
  return milliseconds === undefined ? undefined : { kind: 'longer-pause', milliseconds };
}
