// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../../libvirt/errors.ts';
import type { Unsubscribe } from '../../platform/platform.ts';
import { isActive, type VmState, vmStateOf } from '../inventory/index.ts';
import { RecordReader } from './record-reader.ts';
import { pause, type RunContext } from './run-context.ts';
import { jobEvent } from './run-event.ts';
import { isUnderWay } from './run-state.ts';

/** VIR_DOMAIN_EVENT_STOPPED_MIGRATED */
const stoppedMigrated = 3;

/** The time between attempts to learn from libvirt how a migration ended. */
const askAgainMilliseconds = 1000;

/** Reports the job's figures while the call is open. The result of the call tells how it ended. */
export function watchJob(run: RunContext): Unsubscribe {
  return observe(run, () => {
    tellJob(run);
  });
}

/** Follows the job to the end of the migration if there is no call to wait for. */
export function followToTheEnd(run: RunContext): Unsubscribe {
  const reader = new RecordReader(run);
  let concluding = false;
  const look = (): void => {
    if (concluding) return;
    const job = tellJob(run);
    if (job === 'running') reader.look();
    if (job !== 'over') return;
    concluding = true;
    void conclude(run, reader.settled).then(() => {
      concluding = false;
      // The connection may be lost again. The inventory reconnects, and then the job is checked again.
      look();
    });
  };
  return observe(run, look);
}

function observe({ inventory, vm }: RunContext, look: () => void): Unsubscribe {
  const undo = inventory.state.subscribe(look);
  inventory.follow(vm.uuid);
  look();
  return undo;
}

/** `over` if libvirt has no job for the VM; undefined while unknown. */
function tellJob({ inventory, vm, signal, state, dispatch }: RunContext): 'running' | 'over' | undefined {
  if (signal.aborted || !isUnderWay(state().now) || inventory.state.get().kind !== 'ready') return undefined;
  const entry = inventory.entry(vm.uuid);
  if (entry?.job !== undefined) {
    dispatch(jobEvent(entry));
    return 'running';
  }
  const over = entry === undefined || !isActive(entry.summary) || inventory.isJobless(vm.uuid);
  return over ? 'over' : undefined;
}

/** There is no job any more: the VM's present state tells how it ended. */
async function conclude(run: RunContext, recordRead: Promise<void>): Promise<void> {
  const { inventory, vm, signal, dispatch } = run;
  try {
    await recordRead;
    const state = await stateHere(run);
    const stop = inventory.stopDetail(vm.uuid);
    const left =
      state === undefined
        ? stop === undefined || stop === stoppedMigrated
        : state.kind === 'shut-off' && state.migratedAway;
    dispatch({ kind: left ? 'vm-left' : 'vm-stayed' });
  } catch (error) {
    if (signal.aborted) return;
    dispatch({ kind: 'vm-unknown', error });
    await pause(askAgainMilliseconds, signal);
  }
}

/** libvirt's state of the VM; undefined if it no longer has the VM. */
async function stateHere({ inventory, vm, signal }: RunContext): Promise<VmState | undefined> {
  try {
    return vmStateOf(await inventory.connection.domain(vm.uuid).state(signal));
  } catch (error) {
    if (error instanceof LibvirtError && error.reason === 'no-such-domain') return undefined;
    throw error;
  }
}
