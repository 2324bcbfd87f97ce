// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Domain } from '../../libvirt/domain.ts';
import { originalText } from '../failure/index.ts';
import { wholeMebibytes } from '../plan/index.ts';
import type { RunContext } from './run-context.ts';
import type { SteerAction } from './steering.ts';

/** Asks libvirt to change the running migration. Resolves with libvirt's answer; does not reject. */
export async function steer(
  { inventory, vm, dispatch }: RunContext,
  action: SteerAction,
  by: 'admin' | 'plan',
): Promise<void> {
  dispatch({ kind: 'steer-asked', action, by, at: new Date().toISOString() });
  try {
    await ask(inventory.connection.domain(vm.uuid), action);
    dispatch({ kind: 'steered', action });
  } catch (error) {
    dispatch({ kind: 'steer-refused', action, reason: originalText(error) });
  }
  inventory.refresh(vm.uuid);
}

async function ask(domain: Domain, action: SteerAction): Promise<void> {
  switch (action.kind) {
    case 'pause-vm':
      await domain.suspend();
      break;
    case 'post-copy':
      await domain.startPostCopy();
      break;
    case 'longer-pause':
      await domain.setMaxDowntime(action.milliseconds);
      break;
    case 'bandwidth-limit':
      await domain.setMaxSpeed(
        action.bytesPerSecond === undefined ? undefined : wholeMebibytes(action.bytesPerSecond),
      );
      break;
  }
}
