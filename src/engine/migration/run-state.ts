// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../base/index.ts';
import type { ExpectedMigration, Forecast } from '../forecast/index.ts';
import { allowsPostCopy, type MigrationTuning } from '../plan/index.ts';
import type { Course, MigrationProgress, ProgressPoint } from '../progress/index.ts';
import type { Rehearsal } from '../rehearsal/index.ts';
import type { Migration, MigrationPhase } from './state.ts';
import type { Steering } from './steering.ts';

/** The final phases. */
export type EndPhase = Extract<MigrationPhase, { phase: 'done' | 'failed' | 'cancelled' }>;

/** The phases in which libvirt has a job. The job and the state of the VM determine them. */
export type JobPhase = Extract<MigrationPhase, { phase: 'copying' | 'switching' | 'post-copy' }>;

/** The phase of one migration. The page shows fewer phases; see {@link migrationOf}. */
export type RunPhase =
  /** Waits in the queue. libvirt was not called yet. */
  | { readonly phase: 'queued'; readonly position?: number }
  /** The rehearsal is running. libvirt was not called for the VM yet. */
  | { readonly phase: 'rehearsing' }
  | { readonly phase: 'preparing' }
  | JobPhase
  /** The call or job has ended, with whatever result: both hosts are queried. */
  | { readonly phase: 'verifying' }
  | EndPhase;

/** How the call or job ended, before a host was queried. */
export interface Ending {
  /**
   * `succeeded`, `failed`, `aborted`: the result of the call. `left`, `stayed`: there was no call, and this host no longer has the
   * VM, or still has it.
   */
  readonly how: 'succeeded' | 'failed' | 'aborted' | 'left' | 'stayed';
  readonly error?: unknown;
  /** This page asked to cancel, and libvirt did not refuse. */
  readonly cancelAsked: boolean;
}

/** What is known about a migration in every phase. */
export interface RunFacts {
  readonly vm: VmIdentity;
  readonly startedHere: boolean;
  readonly destination?: string;
  readonly temporary?: boolean;
  /** The copied disks, if known. */
  readonly copyDisks: readonly string[];
  /** The VM was paused when the migration began. */
  readonly paused: boolean;
  /** The VM starts with this host, and the migration is permanent. */
  readonly autostart: boolean;
  /** The forecast, if there was one. */
  readonly expected?: ExpectedMigration;
  /** What a forecast drew before the start; empty where none was made here. */
  readonly forecastCourse: Course;
  /** What the link carried before the start; absent where it was not measured, or was not to be used wholly. */
  readonly measuredBytesPerSecond?: number;
  /** What libvirt told of the job so far, for a picture. */
  readonly points: readonly ProgressPoint[];
  /** What became of the stand-in, once that is known. */
  readonly rehearsal?: Rehearsal;
  /** libvirt reported the job, which means that the destination was prepared. */
  readonly jobSeen: boolean;
  /** Cancelling was requested; libvirt has neither refused nor finished it. */
  readonly cancelling: boolean;
  /** Why a cancel was refused. */
  readonly cancelError?: string;
  /** The changes that libvirt was asked to make, in order. */
  readonly steering: readonly Steering[];
  /** libvirt was asked to allow post-copy; absent: unknown. */
  readonly postCopyAllowed?: boolean;
  /** Why the call failed, while the job is followed without it. */
  readonly lost?: unknown;
  /** Why the history could not be written. */
  readonly historyError?: string;
  /** From `verifying` on. */
  readonly ending?: Ending;
}

/** The reducer's state of one migration. */
export interface RunState {
  readonly facts: RunFacts;
  readonly now: RunPhase;
}

/** A migration about which only the VM is known. */
export function seenRun(vm: VmIdentity): RunState {
  return {
    facts: {
      vm,
      startedHere: false,
      copyDisks: [],
      paused: false,
      autostart: false,
      forecastCourse: [],
      points: [],
      jobSeen: false,
      cancelling: false,
      steering: [],
    },
    now: { phase: 'preparing' },
  };
}

/** The course of a forecast, with the disks that go before the memory. */
function courseOf(forecast: Forecast | undefined): Course {
  if (forecast === undefined || forecast.kind === 'unknown') return [];
  const { course, diskBytes = 0 } = forecast;
  const [first] = course;
  // Until copying begins, libvirt makes its arrangements or copies the disks.
  return first === undefined || first.milliseconds === 0
    ? course
    : [{ milliseconds: 0, remainingBytes: first.remainingBytes + diskBytes }, ...course];
}

/** What was given or is nominal says nothing of the link as it is. */
function measuredOf(forecast: Forecast | undefined): Pick<RunFacts, 'measuredBytesPerSecond'> {
  if (forecast === undefined || forecast.kind === 'unknown') return {};
  const { bandwidthSource, bandwidthBytesPerSecond } = forecast;
  return bandwidthSource === 'measured' || bandwidthSource === 'measured-over-ssh'
    ? { measuredBytesPerSecond: bandwidthBytesPerSecond }
    : {};
}

/** A migration that is to be started, with what was forecast of it. */
export function orderedRun(
  choices: {
    readonly vm: VmIdentity;
    readonly destination: string;
    readonly temporary: boolean;
    readonly copyDisks?: readonly string[];
    readonly tuning?: MigrationTuning;
  },
  forecast?: Forecast,
): RunState {
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
      forecastCourse: courseOf(forecast),
      ...(tuning.bandwidthLimitBytesPerSecond === undefined ? measuredOf(forecast) : {}),
    },
    now: { phase: 'queued' },
  };
}

export function isEnd(now: RunPhase): now is EndPhase {
  return now.phase === 'done' || now.phase === 'failed' || now.phase === 'cancelled';
}

/** True while libvirt migrates and has not reported the result. */
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

/** The last figures; undefined if libvirt has reported none. */
export function progressOf(now: RunPhase): MigrationProgress | undefined {
  return 'progress' in now ? now.progress : undefined;
}

/** The migration as the page shows it. */
export function migrationOf({ facts, now }: RunState): Migration {
  const { vm, startedHere, destination, temporary, rehearsal, cancelling, cancelError, steering } = facts;
  const { postCopyAllowed, historyError, forecastCourse, points, measuredBytesPerSecond } = facts;
  const limited = steering.some(({ action }) => action.kind === 'bandwidth-limit');
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
    ...(forecastCourse.length === 0 ? {} : { forecastCourse }),
    ...(points.length === 0 ? {} : { points }),
    ...(measuredBytesPerSecond === undefined || limited ? {} : { measuredBytesPerSecond }),
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
