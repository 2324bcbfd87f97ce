// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../base/index.ts';
import type { ExpectedMigration } from '../forecast/index.ts';
import { allowsPostCopy, type MigrationTuning } from '../plan/index.ts';
import type { MigrationProgress } from '../progress/index.ts';
import type { Rehearsal } from '../rehearsal/index.ts';
import type { Migration, MigrationPhase } from './state.ts';
import type { Steering } from './steering.ts';

/** The phases after which nothing follows. */
export type EndPhase = Extract<MigrationPhase, { phase: 'done' | 'failed' | 'cancelled' }>;

/** The phases in which libvirt has a job, told by the job and the state of the VM. */
export type JobPhase = Extract<MigrationPhase, { phase: 'copying' | 'switching' | 'post-copy' }>;

/** Where one migration is. The page shows fewer phases than there are here; see {@link migrationOf}. */
export type RunPhase =
  /** Waits for a free place; nothing was asked of libvirt. */
  | { readonly phase: 'queued'; readonly position?: number }
  /** A stand-in travels; nothing was asked for the VM. */
  | { readonly phase: 'rehearsing' }
  | { readonly phase: 'preparing' }
  | JobPhase
  /** The call or the job is over, however it ended: both hosts are asked. */
  | { readonly phase: 'verifying' }
  | EndPhase;

/** How the call or the job ended, before any host was asked. */
export interface Ending {
  /**
   * `succeeded`, `failed`, `aborted`: as the call tells. `left`, `stayed`: there was no call, and libvirt has the VM no longer, or still
   * has it, on this host.
   */
  readonly how: 'succeeded' | 'failed' | 'aborted' | 'left' | 'stayed';
  readonly error?: unknown;
  /** A cancel had been asked for here, and was not refused. */
  readonly cancelAsked: boolean;
}

/** What is known of a migration in every phase. */
export interface RunFacts {
  readonly vm: VmIdentity;
  readonly startedHere: boolean;
  readonly destination?: string;
  readonly temporary?: boolean;
  /** Disks that are copied, as far as that is known. */
  readonly copyDisks: readonly string[];
  /** The VM was paused when it left. */
  readonly paused: boolean;
  /** It starts with this host, and moves for good. */
  readonly autostart: boolean;
  /** What was forecast, if anything was. */
  readonly expected?: ExpectedMigration;
  /** What became of the stand-in, once that is known. */
  readonly rehearsal?: Rehearsal;
  /** libvirt told of the job, so that the destination had got ready. */
  readonly jobSeen: boolean;
  /** A cancel was asked for and neither refused nor done. */
  readonly cancelling: boolean;
  /** Why a cancel was refused. */
  readonly cancelError?: string;
  /** What libvirt was asked to do meanwhile, in that order. */
  readonly steering: readonly Steering[];
  /** libvirt was asked to allow post-copy; absent: not known. */
  readonly postCopyAllowed?: boolean;
  /** Why the call was lost, while the job is followed without it. */
  readonly lost?: unknown;
  /** Why the history could not be written. */
  readonly historyError?: string;
  /** From `verifying` on. */
  readonly ending?: Ending;
}

/** One migration as the reducer knows it. */
export interface RunState {
  readonly facts: RunFacts;
  readonly now: RunPhase;
}

/** A migration of which nothing but the VM is known. */
export function seenRun(vm: VmIdentity): RunState {
  return {
    facts: {
      vm,
      startedHere: false,
      copyDisks: [],
      paused: false,
      autostart: false,
      jobSeen: false,
      cancelling: false,
      steering: [],
    },
    now: { phase: 'preparing' },
  };
}

/** A migration that is to be started. */
export function orderedRun(choices: {
  readonly vm: VmIdentity;
  readonly destination: string;
  readonly temporary: boolean;
  readonly copyDisks?: readonly string[];
  readonly tuning?: MigrationTuning;
}): RunState {
  const { vm, destination, temporary, copyDisks = [], tuning = {} } = choices;
  const { facts } = seenRun(vm);
  return {
    facts: {
      ...facts,
      startedHere: true,
      destination,
      temporary,
      copyDisks,
      postCopyAllowed: allowsPostCopy(tuning),
    },
    now: { phase: 'queued' },
  };
}

export function isEnd(now: RunPhase): now is EndPhase {
  return now.phase === 'done' || now.phase === 'failed' || now.phase === 'cancelled';
}

/** True while libvirt has been asked and has not said how it ended. */
export function isUnderWay(
  now: RunPhase,
): now is Extract<RunPhase, { phase: 'preparing' | 'copying' | 'switching' | 'post-copy' }> {
  return (
    now.phase === 'preparing' ||
    now.phase === 'copying' ||
    now.phase === 'switching' ||
    now.phase === 'post-copy'
  );
}

/** The figures that were last told; undefined where libvirt has told none. */
export function progressOf(now: RunPhase): MigrationProgress | undefined {
  return 'progress' in now ? now.progress : undefined;
}

/** The migration as the page shows it. */
export function migrationOf({ facts, now }: RunState): Migration {
  const { vm, startedHere, destination, temporary, rehearsal, cancelling, cancelError, steering } = facts;
  const { postCopyAllowed, historyError } = facts;
  return {
    vm,
    startedHere,
    cancelling,
    steering,
    state: shownPhase(now),
    ...(destination === undefined ? {} : { destination }),
    ...(temporary === undefined ? {} : { temporary }),
    ...(rehearsal === undefined ? {} : { rehearsal }),
    ...(cancelError === undefined ? {} : { cancelError }),
    ...(postCopyAllowed === undefined ? {} : { postCopyAllowed }),
    ...(historyError === undefined ? {} : { historyError }),
  };
}

export function shownPhase(now: RunPhase): MigrationPhase {
  switch (now.phase) {
    case 'queued':
      return {
        phase: 'preparing',
        ...(now.position === undefined ? {} : { queuePosition: now.position }),
      };
    default:
      return now;
  }
}
