// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainJob } from '../../libvirt/job.ts';

/** The pass that started with the least data left. */
export interface BestPass {
  readonly pass: number;
  /** When it started, in milliseconds since the migration began. */
  readonly elapsedMilliseconds: number;
  readonly remainingBytes: number;
  /** The most data left at its start or at the start of a later pass. */
  readonly mostBytes: number;
}

/** Figures of a running migration from libvirt's job. Those that measure progress never decrease. */
export interface MigrationProgress {
  /** 0 to 100. It never decreases. */
  readonly percent: number;
  readonly elapsedMilliseconds: number;
  /** All that is still to be sent: of the disks and of the memory. */
  readonly remainingBytes: number;
  readonly memoryTotalBytes: number;
  readonly memoryRemainingBytes: number;
  /** Progress of the disks, which are copied before the memory; absent if no disk is copied. */
  readonly disks?: { readonly totalBytes: number; readonly remainingBytes: number };
  readonly transferredBytes: number;
  /** Bytes per second; 0 while libvirt has no figure. */
  readonly throughputBytesPerSecond: number;
  readonly dirtyBytesPerSecond: number;
  /** By how much auto-converge throttles the VM, in percent; absent while it does not. */
  readonly throttlePercent?: number;
  /** Which pass over the memory this is, from 1. */
  readonly pass: number;
  /** Absent during the first pass that was seen. */
  readonly bestPass?: BestPass;
}

/**
 * The progress of a job. It never goes backwards. It is computed from what remains of memory and disks, because the processed bytes
 * count pages again in every pass and may exceed the total; what remains grows with each new pass. 100 is reserved for the end.
 * While disks are copied, libvirt reports nothing about the memory, which follows (seen with 9.0): `memoryBytes` is the memory of
 * the VM.
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
    remainingBytes: job.dataRemaining + still,
    memoryTotalBytes: job.memoryTotal,
    memoryRemainingBytes: job.memoryRemaining,
    ...(job.diskTotal === 0
      ? {}
      : { disks: { totalBytes: job.diskTotal, remainingBytes: job.diskRemaining } }),
    transferredBytes: Math.max(previous?.transferredBytes ?? 0, job.dataProcessed),
    throughputBytesPerSecond: job.throughput,
    dirtyBytesPerSecond: job.dirtyPagesPerSecond * job.pageSize,
    pass,
    ...(job.throttlePercent === undefined ? {} : { throttlePercent: job.throttlePercent }),
    ...(bestPass === undefined ? {} : { bestPass }),
  };
}

/**
 * A pass counts as better only if it starts with this much less data than the best one, because libvirt is asked only once per
 * second.
 */
const betterShare = 0.95;

/** The start of a pass is seen only if the pass before was seen, too. */
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

/**
 * Two passes without progress mean that none will follow, and so does one long pass. At the very end, many short passes follow each
 * other.
 */
const stalledPasses = 2;
const leastStalledMilliseconds = 5000;
const longPassMilliseconds = 30_000;

/**
 * True if the passes no longer make progress. What a pass leaves is what the VM changed during it, so this goes on until the load
 * or the link changes.
 */
export function isStalled({ bestPass, pass, elapsedMilliseconds }: MigrationProgress): boolean {
  if (bestPass === undefined) return false;
  const passes = pass - bestPass.pass;
  const milliseconds = elapsedMilliseconds - bestPass.elapsedMilliseconds;
  return passes >= stalledPasses
    ? milliseconds >= leastStalledMilliseconds
    : passes > 0 && milliseconds >= longPassMilliseconds;
}

/** The progress before libvirt has reported anything. */
export const noProgress: MigrationProgress = {
  percent: 0,
  elapsedMilliseconds: 0,
  remainingBytes: 0,
  memoryTotalBytes: 0,
  memoryRemainingBytes: 0,
  transferredBytes: 0,
  throughputBytesPerSecond: 0,
  dirtyBytesPerSecond: 0,
  pass: 1,
};
