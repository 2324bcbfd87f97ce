// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../../libvirt/errors.ts';
import type { MigrationFailure } from '../failure/index.ts';
import type { ExpectedMigration } from '../forecast/index.ts';
import { type InventoryEntry, isVmStalled, vmStateOf } from '../inventory/index.ts';
import { type MigrationProgress, noProgress } from '../progress/index.ts';
import type { MigrationRecord } from '../record/index.ts';
import type { Rehearsal } from '../rehearsal/index.ts';
import type { HostsAnswered } from './end-phase.ts';
import type { SteerAction, Steering } from './steering.ts';

/** The events of a migration. Each kind that changes the phase has a row in the table in `docs/architecture.md`. */
export type RunEvent =
  /** Its position in the queue, from 1. */
  | { readonly kind: 'queued'; readonly position: number }
  /** Cancelled before libvirt was asked to migrate the VM. */
  | { readonly kind: 'dropped' }
  /** A rehearsal comes first. */
  | { readonly kind: 'rehearsal-started' }
  /** The stand-in arrived or could not be sent: the VM follows. */
  | { readonly kind: 'rehearsal-passed'; readonly rehearsal: Rehearsal }
  /** The stand-in did not arrive: the VM stays. */
  | { readonly kind: 'rehearsal-failed'; readonly rehearsal: Rehearsal; readonly failure: MigrationFailure }
  | { readonly kind: 'started'; readonly paused: boolean; readonly expected?: ExpectedMigration }
  | { readonly kind: 'autostart-read'; readonly autostart: boolean }
  /** The destination, from a record that this program wrote when this job began. */
  | { readonly kind: 'record-read'; readonly record: MigrationRecord }
  /** libvirt reports the job, and the VM runs here or was paused by a user. */
  | { readonly kind: 'job-copying'; readonly progress: MigrationProgress; readonly stalled: boolean }
  /** The VM is paused so that the rest can be sent. */
  | { readonly kind: 'job-switching'; readonly progress: MigrationProgress }
  /** The VM runs on the destination, and the rest of its memory follows. */
  | { readonly kind: 'job-post-copy'; readonly progress: MigrationProgress }
  | { readonly kind: 'call-succeeded' }
  | { readonly kind: 'call-failed'; readonly error: unknown }
  /** libvirt says that the job was cancelled: by a user, or because the VM ended. */
  | { readonly kind: 'call-aborted'; readonly error?: unknown }
  /** The call failed, but the migration may continue. */
  | { readonly kind: 'call-lost'; readonly error: unknown }
  /** The job has ended, and the VM has left this host. */
  | { readonly kind: 'vm-left' }
  /** The job has ended, and the VM is on this host. */
  | { readonly kind: 'vm-stayed' }
  /** The job has ended, and libvirt could not be queried for the VM. */
  | { readonly kind: 'vm-unknown'; readonly error: unknown }
  | { readonly kind: 'cancel-asked' }
  | { readonly kind: 'cancel-refused'; readonly reason: string }
  | {
      readonly kind: 'steer-asked';
      readonly action: SteerAction;
      readonly by: Steering['by'];
      readonly at: string;
    }
  | { readonly kind: 'steered'; readonly action: SteerAction }
  | { readonly kind: 'steer-refused'; readonly action: SteerAction; readonly reason: string }
  /** Both hosts were queried after the end, repeatedly while one did not answer. */
  | ({ readonly kind: 'hosts-answered' } & HostsAnswered)
  /** The end could not be written into the history. */
  | { readonly kind: 'history-not-kept'; readonly reason: string };

/** The maximum time between a record and the start of the job that it belongs to. */
const sameStartMilliseconds = 120_000;

/** Errors after which the migration may continue, or which hide that the job was cancelled. Then the state of the VM decides. */
const lostReasons: readonly string[] = ['closed', 'daemon-down', 'tunnel-ended'];

/** What the error of the migrate call means for the migration. */
export function callEnd(error: unknown): RunEvent {
  if (!(error instanceof LibvirtError)) return { kind: 'call-failed', error };
  if (lostReasons.includes(error.reason)) return { kind: 'call-lost', error };
  return { kind: error.reason === 'operation-aborted' ? 'call-aborted' : 'call-failed', error };
}

/** The record that was written when the present job began. */
export function recordOfJob(entry: InventoryEntry | undefined): MigrationRecord | undefined {
  const { record, jobBegan } = entry ?? {};
  if (record === undefined || jobBegan === undefined) return undefined;
  return Math.abs(Date.parse(record.since) - jobBegan) <= sameStartMilliseconds ? record : undefined;
}

/** What the inventory knows about the VM's job. */
export function jobEvent(entry: InventoryEntry): RunEvent {
  const { summary, progress = noProgress } = entry;
  const state = vmStateOf(summary);
  if (state.kind === 'paused' && state.reason === 'migration') return { kind: 'job-switching', progress };
  if (state.kind === 'paused' && state.reason === 'post-copy') return { kind: 'job-post-copy', progress };
  return { kind: 'job-copying', progress, stalled: isVmStalled(entry) };
}
