// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainJob } from '../libvirt/job.ts';
import type { MigrationProgress } from './migration-state.ts';

/**
 * What a job says, as a progress that never goes backwards. It is taken from what remains (memory and disks together):
 * what was processed counts pages again in every pass and may exceed the total, and what remains grows at each new
 * pass. 100 is left for the end. While disks are copied libvirt tells nothing of the memory yet (seen with 9.0), which comes
 * after them: `memoryBytes` is what the VM has.
 */
export function nextProgress(
  previous: MigrationProgress | undefined,
  job: DomainJob,
  memoryBytes: number,
): MigrationProgress {
  const still = job.diskTotal > 0 && job.memoryTotal === 0 ? memoryBytes : 0;
  const done = job.dataTotal > 0 ? 1 - (job.dataRemaining + still) / (job.dataTotal + still) : 0;
  const percent = Math.min(99, Math.max(0, Math.floor(done * 100)));
  return {
    percent: Math.max(previous?.percent ?? 0, percent),
    elapsedMilliseconds: Math.max(previous?.elapsedMilliseconds ?? 0, job.elapsedMilliseconds),
    memoryTotalBytes: job.memoryTotal,
    memoryRemainingBytes: job.memoryRemaining,
    ...(job.diskTotal === 0
      ? {}
      : { disks: { totalBytes: job.diskTotal, remainingBytes: job.diskRemaining } }),
    transferredBytes: Math.max(previous?.transferredBytes ?? 0, job.dataProcessed),
    throughputBytesPerSecond: job.throughput,
    dirtyBytesPerSecond: job.dirtyPagesPerSecond * job.pageSize,
    pass: Math.max(previous?.pass ?? 1, job.iteration),
  };
}

/** The progress of a migration of which libvirt has told nothing yet. */
export const noProgress: MigrationProgress = {
  percent: 0,
  elapsedMilliseconds: 0,
  memoryTotalBytes: 0,
  memoryRemainingBytes: 0,
  transferredBytes: 0,
  throughputBytesPerSecond: 0,
  dirtyBytesPerSecond: 0,
  pass: 1,
};
