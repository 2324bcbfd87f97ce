// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../../libvirt/errors.ts';
import type { MigrationFailure } from '../failure/index.ts';
import type { ExpectedMigration } from '../forecast/index.ts';
import { type InventoryEntry, isVmStalled, vmStateOf } from '../inventory/index.ts';
import { type MigrationProgress, noProgress } from '../progress/index.ts';
import type { MigrationRecord } from '../record/index.ts';
import type { Rehearsal } from '../rehearsal/index.ts';
import type { HostsAnswered } from './conclusion.ts';
import type { SteerAction, Steering } from './steering.ts';

/** What can happen to a migration. Each kind has a row in the table of `docs/architecture.md`, if it changes the phase. */
export type RunEvent =
  /** Its place among those that wait, from 1. */
  | { readonly kind: 'queued'; readonly position: number }
  /** Given up before libvirt was asked to migrate the VM. */
  | { readonly kind: 'dropped' }
  /** A stand-in is to travel first. */
  | { readonly kind: 'rehearsal-started' }
  /** It arrived, or could not be sent: the VM follows. */
  | { readonly kind: 'rehearsal-passed'; readonly rehearsal: Rehearsal }
  /** It did not arrive: the VM stays. */
  | { readonly kind: 'rehearsal-failed'; readonly rehearsal: Rehearsal; readonly failure: MigrationFailure }
  | { readonly kind: 'started'; readonly paused: boolean; readonly expected?: ExpectedMigration }
  | { readonly kind: 'autostart-read'; readonly autostart: boolean }
  /** A record that this program wrote when this job began says where it goes. */
  | { readonly kind: 'record-read'; readonly record: MigrationRecord }
  /** libvirt tells of the job: the VM runs here, or is paused by somebody. */
  | { readonly kind: 'job-copying'; readonly progress: MigrationProgress; readonly stalled: boolean }
  /** It stands still, so that the rest can follow. */
  | { readonly kind: 'job-switching'; readonly progress: MigrationProgress }
  /** It runs over there, and the rest follows. */
  | { readonly kind: 'job-post-copy'; readonly progress: MigrationProgress }
  | { readonly kind: 'call-succeeded' }
  | { readonly kind: 'call-failed'; readonly error: unknown }
  /** libvirt says that the job was cancelled: by somebody, or because the VM ended. */
  | { readonly kind: 'call-aborted'; readonly error?: unknown }
  /** The call is lost, but not necessarily the migration. */
  | { readonly kind: 'call-lost'; readonly error: unknown }
  /** The job is over, and the VM has left this host. */
  | { readonly kind: 'vm-left' }
  /** The job is over, and the VM is on this host. */
  | { readonly kind: 'vm-stayed' }
  /** The job is over, and libvirt could not be asked for the VM. */
  | { readonly kind: 'vm-unknown'; readonly error: unknown }
  | { readonly kind: 'cancel-asked' }
  | { readonly kind: 'cancel-refused'; readonly reason: string }
  | { readonly kind: 'steer-asked'; readonly action: SteerAction; readonly by: Steering['by'] }
  | { readonly kind: 'steered'; readonly action: SteerAction }
  | { readonly kind: 'steer-refused'; readonly action: SteerAction; readonly reason: string }
  /** Both hosts were asked after the end; again while one of them did not answer. */
  | ({ readonly kind: 'hosts-answered' } & HostsAnswered)
  /** The end could not be written into the history. */
  | { readonly kind: 'history-not-kept'; readonly reason: string };

/** How far apart a record's time and the start of the job may be for them to belong together. */
const sameStartMilliseconds = 120_000;

/**
 * Errors that end the call and not necessarily the migration, or hide whether the job was cancelled: what libvirt says about the
 * VM then tells.
 */
const lostReasons: readonly string[] = ['closed', 'daemon-down', 'tunnel-ended'];

/** What the error of a call to migrate says of the migration. */
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

/** What the inventory knows of the VM's job. */
export function jobEvent(entry: InventoryEntry): RunEvent {
  const { summary, progress = noProgress } = entry;
  const state = vmStateOf(summary);
  if (state.kind === 'paused' && state.reason === 'migration') return { kind: 'job-switching', progress };
  if (state.kind === 'paused' && state.reason === 'post-copy') return { kind: 'job-post-copy', progress };
  return { kind: 'job-copying', progress, stalled: isVmStalled(entry) };
}
