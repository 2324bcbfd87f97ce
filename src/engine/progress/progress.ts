// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainJob } from '../../libvirt/job.ts';

/** The pass that began with the least still to be sent. */
export interface BestPass {
  readonly pass: number;
  /** When it began, in the time of the migration. */
  readonly elapsedMilliseconds: number;
  readonly remainingBytes: number;
  /** The most that was left then or later. */
  readonly mostBytes: number;
}

/** Figures of a running migration, as libvirt's job gives them, never going backwards where they are a progress. */
export interface MigrationProgress {
  /** 0 to 100, never less than what was told before. */
  readonly percent: number;
  readonly elapsedMilliseconds: number;
  readonly memoryTotalBytes: number;
  readonly memoryRemainingBytes: number;
  /** Of the disks that are copied, before the memory; absent where there are none. */
  readonly disks?: { readonly totalBytes: number; readonly remainingBytes: number };
  readonly transferredBytes: number;
  /** Bytes per second; 0 while libvirt has no figure. */
  readonly throughputBytesPerSecond: number;
  readonly dirtyBytesPerSecond: number;
  /** Which pass over the memory this is, from 1. */
  readonly pass: number;
  /** Absent in the first pass that was seen: no other has begun yet. */
  readonly bestPass?: BestPass;
}

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
  const pass = Math.max(previous?.pass ?? 1, job.iteration);
  const bestPass = bestPassOf(previous, pass, job);
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
    pass,
    ...(bestPass === undefined ? {} : { bestPass }),
  };
}

/** A pass has to begin with so much less than the best one to count as better: libvirt is asked only once in a second. */
const betterShare = 0.95;

/** A job is seen at the begin of a pass only where the one before it was seen, too. */
function bestPassOf(
  previous: MigrationProgress | undefined,
  pass: number,
  { memoryRemaining, elapsedMilliseconds }: DomainJob,
): BestPass | undefined {
  if (previous === undefined || previous.elapsedMilliseconds === 0) return undefined;
  const { bestPass } = previous;
  const better = bestPass === undefined || memoryRemaining < bestPass.remainingBytes * betterShare;
  if (pass > previous.pass && better)
    return { pass, elapsedMilliseconds, remainingBytes: memoryRemaining, mostBytes: memoryRemaining };
  return bestPass === undefined
    ? undefined
    : { ...bestPass, mostBytes: Math.max(bestPass.mostBytes, memoryRemaining) };
}

/** Two passes that leave no less say that none will, and so does one that took long; many go by in a moment at the very end. */
const stalledPasses = 2;
const leastStalledMilliseconds = 5000;
const longPassMilliseconds = 30_000;

/**
 * True if the passes over the memory leave no less any more. What a pass leaves is what the VM changed during the one before it,
 * so that without a change of the VM or of the link this goes on.
 */
export function isStalled({ bestPass, pass, elapsedMilliseconds }: MigrationProgress): boolean {
  if (bestPass === undefined) return false;
  const passes = pass - bestPass.pass;
  const milliseconds = elapsedMilliseconds - bestPass.elapsedMilliseconds;
  return passes >= stalledPasses
    ? milliseconds >= leastStalledMilliseconds
    : passes > 0 && milliseconds >= longPassMilliseconds;
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
