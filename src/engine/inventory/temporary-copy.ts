// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationRecord } from '../record/index.ts';
import type { VmState } from './vm.ts';

/** Where a copy runs after a temporary migration. It is stored in the domain's metadata, so that every admin sees it. */
export interface TemporaryCopy {
  /** Destination URI as used for the migration. */
  readonly destination: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Names of the copied disks in the guest; absent: none, because all are shared. */
  readonly copyDisks?: readonly string[];
}

/**
 * Where the VM's copy runs after a temporary migration. Only a VM that is shut off here has one, and only if libvirt says that it
 * was migrated, or if the page saw it migrate and libvirt has forgotten why it is off (libvirtd loses the reason when it restarts).
 */
export function temporaryCopyOf(
  record: MigrationRecord | undefined,
  state: VmState,
  reasonForgotten: boolean,
): TemporaryCopy | undefined {
  if (record?.temporary !== true || state.kind !== 'shut-off') return undefined;
  if (!state.migratedAway && !(record.stage === 'left' && reasonForgotten)) return undefined;
  const { destination, since, copyDisks } = record;
  return { destination, since, ...(copyDisks === undefined ? {} : { copyDisks }) };
}

/** How long it may take from writing the record to the start of the job. */
const startMilliseconds = 60_000;

/** True if the record is outdated: the VM runs here without a migration job, or it ran here again since and was shut off. */
export function isStale(
  record: MigrationRecord,
  state: VmState,
  reasonForgotten: boolean,
  hasJob: boolean,
  now: number,
): boolean {
  if (hasJob) return false;
  if (state.kind === 'shut-off') {
    return temporaryCopyOf(record, state, reasonForgotten) === undefined && !isFresh(record, now);
  }
  return record.stage === 'left' || !isFresh(record, now);
}

function isFresh(record: MigrationRecord, now: number): boolean {
  const age = now - Date.parse(record.since);
  return record.stage === 'leaving' && age > -startMilliseconds && age < startMilliseconds;
}
