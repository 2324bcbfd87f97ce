// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../engine/base/index.ts';
import type { PreflightState } from '../engine/preflight/index.ts';
import { rehearsalFinding, rehearse } from '../engine/rehearsal/index.ts';
import type { VmCommand } from './arguments.ts';
import { type CliEnvironment, messageText } from './environment.ts';
import type { PreflightRun } from './preflight-run.ts';
import { StatusDisplay } from './status-line.ts';

/** Rehearses. Resolves to the preflight with the finding of the rehearsal; undefined if a signal ended it. */
export async function withRehearsal(
  { withHooks, quiet }: Pick<VmCommand, 'withHooks' | 'quiet'>,
  { choices, plan, state, inventory }: PreflightRun,
  { platform, err, onSignal }: CliEnvironment,
): Promise<PreflightState | undefined> {
  const display = new StatusDisplay(err);
  const ended = new AbortController();
  const forget = onSignal(() => {
    ended.abort();
  });
  if (!quiet)
    display.show({
      stage: 'rehearsing',
      text: messageText(msg('Rehearsing: a stand-in of the VM travels first.')),
    });
  const rehearsal = await rehearse({
    platform,
    connection: inventory.connection,
    choices,
    plan,
    evenWithHooks: withHooks,
    signal: ended.signal,
  });
  forget();
  display.clear();
  const finding = rehearsalFinding(rehearsal);
  return finding === undefined
    ? undefined
    : { ...state, checks: [...state.checks, { status: 'done', finding }] };
}
