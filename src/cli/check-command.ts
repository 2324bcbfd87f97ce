// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../engine/base/index.ts';
import { reportOf, verdictOf } from '../engine/preflight/index.ts';
import type { VmCommand } from './arguments.ts';
import { checkText } from './check-text.ts';
import { type CliEnvironment, messageText, print, printJson, printProblem } from './environment.ts';
import { type ExitStatus, exitStatus, statusOfVerdict } from './exit-status.ts';
import { runPreflight } from './preflight-run.ts';
import { withRehearsal } from './rehearsal-run.ts';

/** `cockpit-migrate check` */
export async function checkCommand(command: VmCommand, environment: CliEnvironment): Promise<ExitStatus> {
  const { out, err } = environment;
  const run = await runPreflight(command, environment);
  if (run.kind === 'ended') return run.status;
  const state = command.rehearse ? await withRehearsal(command, run, environment) : run.state;
  run.close();
  if (state === undefined) {
    printProblem(err, messageText(msg('Rehearsal stopped. The stand-in was removed.')));
    return exitStatus.unknown;
  }
  const { choices, plan } = run;
  if (command.json) printJson(out, reportOf(choices, plan, state, command.overrides));
  else if (!command.quiet) print(out, ...checkText(choices, plan, state, command.overrides, out.columns));
  return statusOfVerdict(verdictOf(state, command.overrides));
}
