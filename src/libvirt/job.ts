// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DBusValue } from '../platform/platform.ts';
import { parsePropertyList } from './property-list.ts';

export type JobType = 'none' | 'bounded' | 'unbounded' | 'completed' | 'failed' | 'cancelled';
export type JobOperation =
  | 'unknown'
  | 'start'
  | 'save'
  | 'restore'
  | 'migration-in'
  | 'migration-out'
  | 'snapshot'
  | 'snapshot-revert'
  | 'dump'
  | 'backup'
  | 'snapshot-delete';

/** A job of libvirt. Sizes in bytes, rates per second, times in milliseconds; 0 if libvirt did not report a value. */
export interface DomainJob {
  readonly type: JobType;
  readonly operation: JobOperation;
  readonly elapsedMilliseconds: number;
  readonly dataTotal: number;
  readonly dataProcessed: number;
  readonly dataRemaining: number;
  readonly memoryTotal: number;
  readonly memoryProcessed: number;
  readonly memoryRemaining: number;
  /** Figures of the copied disks. */
  readonly diskTotal: number;
  readonly diskRemaining: number;
  readonly throughput: number;
  readonly dirtyPagesPerSecond: number;
  readonly pageSize: number;
  readonly iteration: number;
  readonly downtimeMilliseconds?: number;
  /** By how much auto-converge throttles the VM, in percent; absent while it does not. */
  readonly throttlePercent?: number;
}

/** virDomainJobType and virDomainJobOperation, by number. */
const types: readonly JobType[] = ['none', 'bounded', 'unbounded', 'completed', 'failed', 'cancelled'];
const operations: readonly JobOperation[] = [
  'unknown',
  'start',
  'save',
  'restore',
  'migration-in',
  'migration-out',
  'snapshot',
  'snapshot-revert',
  'dump',
  'backup',
  'snapshot-delete',
];

/** True for a migration to another host. */
export function isOutgoingMigration(job: DomainJob): boolean {
  return job.operation === 'migration-out' && (job.type === 'bounded' || job.type === 'unbounded');
}

/** A number that can be calculated with; 0 for anything else, as if libvirt had not reported it. */
function figure(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}

function throttle(percent: number): Pick<DomainJob, 'throttlePercent'> {
  return percent === 0 ? {} : { throttlePercent: percent };
}

/** The job of GetJobStats or JobCompleted: its type and the typed parameters (VIR_DOMAIN_JOB_* of libvirt-domain.h). */
export function decodeJob(type: number, values: ReadonlyMap<string, DBusValue>): DomainJob {
  const number = (name: string): number => figure(values.get(name));
  return {
    type: types[type] ?? 'none',
    operation: operations[number('operation')] ?? 'unknown',
    elapsedMilliseconds: number('time_elapsed'),
    dataTotal: number('data_total'),
    dataProcessed: number('data_processed'),
    dataRemaining: number('data_remaining'),
    memoryTotal: number('memory_total'),
    memoryProcessed: number('memory_processed'),
    memoryRemaining: number('memory_remaining'),
    diskTotal: number('disk_total'),
    diskRemaining: number('disk_remaining'),
    throughput: number('memory_bps'),
    dirtyPagesPerSecond: number('memory_dirty_rate'),
    pageSize: number('memory_page_size') || 4096,
    iteration: number('memory_iteration'),
    ...(values.has('downtime') ? { downtimeMilliseconds: number('downtime') } : {}),
    ...throttle(number('auto_converge_throttle')),
  };
}

/** Units of virsh's figures (vshPrettyCapacity); others, such as ms and pages, count one by one. */
const sizes: ReadonlyMap<string, number> = new Map([
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
  ['PiB', 2 ** 50],
  ['EiB', 2 ** 60],
]);

const textTypes: ReadonlyMap<string, JobType> = new Map([
  ['Bounded', 'bounded'],
  ['Unbounded', 'unbounded'],
  ['Completed', 'completed'],
  ['Failed', 'failed'],
  ['Cancelled', 'cancelled'],
]);

/** virsh's names of operations (virshDomainJobOperation). */
const textOperations: ReadonlyMap<string, JobOperation> = new Map([
  ['Start', 'start'],
  ['Save', 'save'],
  ['Restore', 'restore'],
  ['Incoming migration', 'migration-in'],
  ['Outgoing migration', 'migration-out'],
  ['Snapshot', 'snapshot'],
  ['Snapshot revert', 'snapshot-revert'],
  ['Dump', 'dump'],
  ['Backup', 'backup'],
  ['Snapshot delete', 'snapshot-delete'],
]);

/** Parses `virsh domjobinfo` in the C locale; undefined if there is no job or the text is not understood. */
export function parseJobText(text: string): DomainJob | undefined {
  const fields = parsePropertyList(text);
  const type = textTypes.get(fields.get('Job type') ?? '');
  if (type === undefined) return undefined;
  const number = (name: string): number => {
    const [value = '', unit = ''] = (fields.get(name) ?? '0').split(/\s+/);
    const factor = sizes.get(unit.replace('/s', '')) ?? 1;
    return /^\d+(\.\d+)?$/.test(value) ? figure(Number(value) * factor) : 0;
  };
  return {
    type,
    operation: textOperations.get(fields.get('Operation') ?? '') ?? 'unknown',
    elapsedMilliseconds: number('Time elapsed'),
    dataTotal: number('Data total'),
    dataProcessed: number('Data processed'),
    dataRemaining: number('Data remaining'),
    memoryTotal: number('Memory total'),
    memoryProcessed: number('Memory processed'),
    memoryRemaining: number('Memory remaining'),
    diskTotal: number('File total'),
    diskRemaining: number('File remaining'),
    throughput: number('Memory bandwidth'),
    dirtyPagesPerSecond: number('Dirty rate'),
    pageSize: number('Page size') || 4096,
    iteration: number('Iteration'),
    ...(fields.has('Total downtime') ? { downtimeMilliseconds: number('Total downtime') } : {}),
    ...throttle(number('Auto converge throttle')),
  };
}
