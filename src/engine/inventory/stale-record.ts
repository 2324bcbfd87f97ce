// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainSummary, LibvirtConnection } from '../../libvirt/connection.ts';
import { removeRecord } from '../record/index.ts';
import { type InventoryEntry, isActive, isPausedForMigration } from './entry.ts';
import { isStale } from './temporary-copy.ts';
import { isReasonLost, vmStateOf } from './vm-state.ts';

/** True if the domain's record is outdated. */
export function hasStaleRecord({ summary, record, job }: InventoryEntry, now: number): boolean {
  if (record === undefined) return false;
  const hasJob = job !== undefined || isPausedForMigration(summary);
  return isStale(record, vmStateOf(summary), isReasonLost(summary), hasJob, now);
}

/** Removes the record, unless there is a job. Resolves to whether it was removed. */
export async function removeStaleRecord(
  connection: LibvirtConnection,
  summary: DomainSummary,
  signal: AbortSignal,
): Promise<boolean> {
  const domain = connection.domain(summary.uuid);
  // A change during a migration would block one of libvirt-dbus's few worker threads for 30 s.
  if (isActive(summary) && (await domain.jobStats(signal)) !== undefined) return false;
  await removeRecord(domain);
  return true;
}
