// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Message, VmIdentity } from '../base/index.ts';
import type { MigrationFailure } from '../failure/index.ts';
import type { Prediction } from '../forecast/index.ts';
import type { MigrationProgress } from '../progress/index.ts';
import type { Rehearsal } from '../rehearsal/index.ts';
import type { Steering } from './steering.ts';
import type { VmWhereabouts } from './whereabouts.ts';

/** One question that was put to a host at the end, with what it answered. */
export interface VerificationAnswer {
  readonly question: Message;
  readonly expected: Message;
  /** What the host answered, or why it could not be asked. */
  readonly answer: Message;
  readonly verdict: 'as-expected' | 'not-as-expected' | 'unknown';
}

/** What a migration is doing. The phase names are those of `data-phase`. */
export type MigrationPhase =
  /** Waiting for a free place: libvirt-dbus has four worker threads and each migration holds one. */
  | { readonly phase: 'preparing'; readonly queuePosition?: number }
  /** A stand-in travels; the VM is not touched. */
  | { readonly phase: 'rehearsing' }
  | {
      readonly phase: 'copying';
      readonly progress: MigrationProgress;
      /** It gets no closer to its end: a percentage would only pretend. */
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
      /** It was paused when it left, so that it does not run over there either. */
      readonly paused?: true;
      readonly elapsedMilliseconds?: number;
      readonly downtimeMilliseconds?: number;
      readonly sentBytes?: number;
      /** What the forecast had said. */
      readonly predicted?: Prediction;
      /** Why forecast and actual figures could not be kept for the next forecast. */
      readonly recordError?: string;
      /** libvirt reported an error, although the VM arrived. */
      readonly callError?: string;
      readonly where?: VmWhereabouts;
    }
  | {
      readonly phase: 'failed';
      readonly failure: MigrationFailure;
      readonly leftBehind?: Message;
      /** The stand-in did not arrive: libvirt was not asked to migrate the VM. */
      readonly notBegun?: true;
      readonly where?: VmWhereabouts;
    }
  | {
      readonly phase: 'cancelled';
      readonly answers: readonly VerificationAnswer[];
      /** What the migration may have left on the destination. */
      readonly leftBehind?: Message;
      /** Absent only for one that was taken out of the queue: nothing had been asked of libvirt. */
      readonly where?: VmWhereabouts;
    };

/** One migration that the page shows. */
export interface Migration {
  readonly vm: VmIdentity;
  /** Absent for a migration that somebody else started: libvirt does not tell where to. */
  readonly destination?: string;
  readonly temporary?: boolean;
  /** Begun by this page; otherwise seen by its job only. */
  readonly startedHere: boolean;
  /** The admin asked to cancel and libvirt has not confirmed yet. */
  readonly cancelling: boolean;
  /** What became of the stand-in that went before; absent where there was none, and while it is on its way. */
  readonly rehearsal?: Rehearsal;
  /** The cancel request itself failed; libvirt's text. */
  readonly cancelError?: string;
  /** What libvirt was asked to do to it meanwhile, in that order. */
  readonly steering: readonly Steering[];
  /** libvirt was asked to allow post-copy; absent for a migration that somebody else started. */
  readonly postCopyAllowed?: boolean;
  /** Why the end is not in the history. */
  readonly historyError?: string;
  readonly state: MigrationPhase;
}

/** The figures of a migration that copies and gets no closer to its end; undefined for any other. */
export function stalledProgress({ state }: Migration): MigrationProgress | undefined {
  return state.phase === 'copying' && state.stalled === true ? state.progress : undefined;
}
