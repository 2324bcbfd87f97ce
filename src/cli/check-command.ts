// SPDX-License-Identifier: LGPL-2.1-or-later
import { reportOf, verdictOf } from '../engine/preflight/index.ts';
import type { VmCommand } from './arguments.ts';
import { checkText } from './check-text.ts';
import { type CliEnvironment, print, printJson } from './environment.ts';
import { type ExitStatus, statusOfVerdict } from './exit-status.ts';
import { runPreflight } from './preflight-run.ts';

/** `cockpit-migrate check` */
export async function checkCommand(command: VmCommand, environment: CliEnvironment): Promise<ExitStatus> {
  const { out } = environment;
  const run = await runPreflight(command, environment);
  if (run.kind === 'ended') return run.status;
  run.close();
  const { choices, plan, state } = run;
  if (command.json) printJson(out, reportOf(choices, plan, state, command.overrides));
  else if (!command.quiet) print(out, ...checkText(choices, plan, state, command.overrides, out.columns));
  return statusOfVerdict(verdictOf(state, command.overrides));
}
