// SPDX-License-Identifier: LGPL-2.1-or-later
import { originalText } from '../failure/index.ts';
import { pause, type RunContext } from './run-context.ts';

/** The time between attempts to cancel a migration whose job has not begun yet. */
const abortAgainMilliseconds = 300;

/** Asks libvirt to cancel, repeatedly while the job has not begun. Resolves with libvirt's answer; does not reject. */
export async function abort({ inventory, vm, signal, state, dispatch }: RunContext): Promise<void> {
  if (state().facts.cancelling) return;
  dispatch({ kind: 'cancel-asked' });
  for (;;) {
    try {
      await inventory.connection.domain(vm.uuid).abort();
      return;
    } catch (error) {
      dispatch({ kind: 'cancel-refused', reason: originalText(error) });
      if (state().now.phase !== 'preparing') return;
    }
    if (!(await pause(abortAgainMilliseconds, signal))) return;
  }
}
