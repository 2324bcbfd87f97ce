// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Message, VmIdentity } from '../base/index.ts';
import type { MigrationFailure } from '../failure/index.ts';
import type { Prediction } from '../forecast/index.ts';
import type { Course, MigrationProgress, ProgressPoint } from '../progress/index.ts';
import type { Rehearsal } from '../rehearsal/index.ts';
import type { Steering } from './steering.ts';
import type { VmWhereabouts } from './whereabouts.ts';

/** One question to a host at the end, with its answer. */
export interface VerificationAnswer {
  readonly question: Message;
  readonly expected: Message;
  /** The host's answer, or why it could not be queried. */
  readonly answer: Message;
  readonly verdict: 'as-expected' | 'not-as-expected' | 'unknown';
}

/** The state of a migration. The names of the phases are those of `data-phase`. */
export type MigrationPhase =
  /** Waits in the queue: libvirt-dbus has four worker threads, and each migration holds one. */
  | { readonly phase: 'preparing'; readonly queuePosition?: number }
  /** The rehearsal is running. The VM is not touched. */
  | { readonly phase: 'rehearsing' }
  | {
      readonly phase: 'copying';
      readonly progress: MigrationProgress;
      /** The migration has stalled, so a percentage would be misleading. */
      readonly stalled?: true;
    }
  | { readonly phase: 'switching'; readonly progress: MigrationProgress }
  | { readonly phase: 'post-copy'; readonly progress: MigrationProgress }
  | { readonly phase: 'verifying' }
  | {
      readonly phase: 'done';
      /** `confirmed` only if every answer is as expected. */
      readonly verification: 'confirmed' | 'contradicted' | 'incomplete';
      readonly answers: readonly VerificationAnswer[];
      /** The VM was paused at the start, so it does not run on the destination either. */
      readonly paused?: true;
      readonly elapsedMilliseconds?: number;
      readonly downtimeMilliseconds?: number;
      readonly sentBytes?: number;
      /** The forecast. */
      readonly predicted?: Prediction;
      /** Why forecast and actual figures could not be stored for the next forecast. */
      readonly recordError?: string;
      /** libvirt reported an error, although the VM arrived. */
      readonly callError?: string;
      readonly where?: VmWhereabouts;
    }
  | {
      readonly phase: 'failed';
      readonly failure: MigrationFailure;
      readonly leftBehind?: Message;
      /** The stand-in did not arrive, so libvirt was not called for the VM. */
      readonly notBegun?: true;
      readonly where?: VmWhereabouts;
    }
  | {
      readonly phase: 'cancelled';
      readonly answers: readonly VerificationAnswer[];
      /** What the migration may have left on the destination. */
      readonly leftBehind?: Message;
      /** Absent only if it was removed from the queue before libvirt was called. */
      readonly where?: VmWhereabouts;
    };

/** One migration, as the page shows it. */
export interface Migration {
  readonly vm: VmIdentity;
  /** Absent for a migration that somebody else started: libvirt does not report its destination. */
  readonly destination?: string;
  readonly temporary?: boolean;
  /** Started by this page; otherwise known only from its job. */
  readonly startedHere: boolean;
  /** The admin asked to cancel and libvirt has not confirmed yet. */
  readonly cancelling: boolean;
  /** The result of the rehearsal. Absent without one, and while it is running. */
  readonly rehearsal?: Rehearsal;
  /** The cancel request itself failed; libvirt's text. */
  readonly cancelError?: string;
  /** The changes that libvirt was asked to make, in order. */
  readonly steering: readonly Steering[];
  /** libvirt was asked to allow post-copy; absent for a migration that somebody else started. */
  readonly postCopyAllowed?: boolean;
  /** What a forecast drew before the start; absent where this page made none. */
  readonly forecastCourse?: Course;
  /** What the link carried before the start, in bytes per second; absent where that was not measured. */
  readonly measuredBytesPerSecond?: number;
  /** What libvirt told of the job since this page saw it, for a picture; absent before it told anything. */
  readonly points?: readonly ProgressPoint[];
  /** Why the end is not in the history. */
  readonly historyError?: string;
  readonly state: MigrationPhase;
}

/** The figures of a stalled migration; undefined for any other. */
export function stalledProgress({ state }: Migration): MigrationProgress | undefined {
  return state.phase === 'copying' && state.stalled === true ? state.progress : undefined;
}
