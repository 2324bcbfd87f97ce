// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainJob } from '../../src/libvirt/job.ts';

/** A job at its beginning, with the values that a test sets. */
export function job(more: Partial<DomainJob> = {}): DomainJob {
  return {
    type: 'unbounded',
    operation: 'migration-out',
    elapsedMilliseconds: 0,
    dataTotal: 0,
    dataProcessed: 0,
    dataRemaining: 0,
    memoryTotal: 0,
    memoryProcessed: 0,
    memoryRemaining: 0,
    diskTotal: 0,
    diskRemaining: 0,
    throughput: 0,
    dirtyPagesPerSecond: 0,
    pageSize: 4096,
    iteration: 0,
    ...more,
  };
}
