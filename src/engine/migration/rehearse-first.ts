// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../platform/on-abort.ts';
import { msg } from '../base/index.ts';
import { refusalOf, rehearse } from '../rehearsal/index.ts';
import type { Order, RunContext } from './run-context.ts';

/**
 * Lets a stand-in travel before the VM, where that was chosen. Resolves with whether the VM may follow: also where the stand-in could not
 * be sent, which says nothing about the VM.
 *
 * @param cancelled Raised when the admin cancels; the stand-in is removed nevertheless.
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
  // A cancel that came when it was over already counts as well.
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
