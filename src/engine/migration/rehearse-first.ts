// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../platform/on-abort.ts';
import { msg } from '../base/index.ts';
import { refusalOf, rehearse } from '../rehearsal/index.ts';
import type { Order, RunContext } from './run-context.ts';

/**
 * Rehearses with a stand-in before the migration, if chosen. Resolves to whether the VM may follow. It may also follow if the
 * stand-in could not be sent, because that says nothing about the VM.
 *
 * @param cancelled Aborted when the admin cancels. The stand-in is still removed.
 */
export async function rehearseFirst(
  { platform, inventory, signal, dispatch }: RunContext,
  { choices, plan }: Order,
  cancelled: AbortController,
): Promise<boolean> {
  if (choices.rehearse !== true) return true;
  dispatch({ kind: 'rehearsal-started' });
  const undo = onAbort(signal, () => {
    cancelled.abort();
  });
  const rehearsal = await rehearse({
    platform,
    connection: inventory.connection,
    choices,
    plan,
    evenWithHooks: choices.rehearseWithHooks === true,
    signal: cancelled.signal,
  });
  undo();
  const { outcome } = rehearsal;
  // A cancel also counts if the rehearsal had already ended.
  if (cancelled.signal.aborted) {
    dispatch({ kind: 'dropped' });
    return false;
  }
  if (outcome.kind === 'refused') {
    const failure = refusalOf(outcome);
    const summary = msg('The stand-in of the VM did not arrive. $0', failure.summary);
    dispatch({ kind: 'rehearsal-failed', rehearsal, failure: { ...failure, summary } });
    return false;
  }
  dispatch({ kind: 'rehearsal-passed', rehearsal });
  return true;
}
