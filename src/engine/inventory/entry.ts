// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainSummary } from '../../libvirt/connection.ts';
import type { DomainJob } from '../../libvirt/job.ts';
import type { ConnectionName } from '../base/index.ts';
import { isStalled, type MigrationProgress } from '../progress/index.ts';
import type { MigrationRecord } from '../record/index.ts';
import { temporaryCopyOf } from './temporary-copy.ts';
import type { Vm, VmTransfer } from './vm.ts';
import { isReasonLost, vmStateOf } from './vm-state.ts';

/** Everything that is known about one domain. */
export interface InventoryEntry {
  readonly summary: DomainSummary;
  /** The job that migrates it to another host. */
  readonly job?: DomainJob;
  /** The start of that job, as Date.now() gives it. */
  readonly jobBegan?: number;
  readonly progress?: MigrationProgress;
  readonly record?: MigrationRecord;
}

/** The row for a domain. */
export function vmOf(connection: ConnectionName, entry: InventoryEntry): Vm {
  const { summary, record } = entry;
  const state = vmStateOf(summary);
  const transfer = transferOf(entry);
  const temporaryCopy = temporaryCopyOf(record, state, isReasonLost(summary));
  return {
    connection,
    name: summary.name,
    uuid: summary.uuid,
    state,
    persistent: summary.persistent,
    ...(transfer === undefined ? {} : { transfer }),
    ...(summary.vcpus === undefined ? {} : { vcpus: summary.vcpus }),
    ...(summary.memoryBytes === undefined ? {} : { memoryBytes: summary.memoryBytes }),
    ...(summary.autostart === undefined ? {} : { autostart: summary.autostart }),
    ...(temporaryCopy === undefined ? {} : { temporaryCopy }),
  };
}

/** True while there is a QEMU process. A crashed VM may keep one for debugging. */
export function isActive(summary: DomainSummary): boolean {
  return vmStateOf(summary).kind !== 'shut-off';
}

/** True for the state that both hosts show: incoming on the destination, switching over on the source. */
export function isPausedForMigration(summary: DomainSummary): boolean {
  const state = vmStateOf(summary);
  return state.kind === 'paused' && state.reason === 'migration';
}

/** True if the VM's migration has stalled. A migration of a VM that does not run cannot stall. */
export function isVmStalled({ summary, progress }: InventoryEntry): boolean {
  return vmStateOf(summary).kind === 'running' && progress !== undefined && isStalled(progress);
}

function transferOf(entry: InventoryEntry): VmTransfer | undefined {
  const { summary, job, progress } = entry;
  if (job !== undefined) {
    return progress === undefined || isVmStalled(entry)
      ? { kind: 'leaving' }
      : { kind: 'leaving', percent: progress.percent };
  }
  return isPausedForMigration(summary) ? { kind: 'arriving' } : undefined;
}
