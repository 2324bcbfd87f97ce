// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../engine/base/index.ts';
import { Migrations, migrationReportOf } from '../engine/migration/index.ts';
import { reportOf, verdictOf } from '../engine/preflight/index.ts';
import type { VmCommand } from './arguments.ts';
import { checkText } from './check-text.ts';
import { type CliEnvironment, messageText, print, printJson, printProblem } from './environment.ts';
import { type ExitStatus, statusOfMigration, statusOfVerdict } from './exit-status.ts';
import { followMigration } from './follow-migration.ts';
import { migrationText } from './migration-text.ts';
import { runPreflight } from './preflight-run.ts';

/** `cockpit-migrate migrate`: checks, migrates if there is no problem, and prints the result. */
export async function migrateCommand(command: VmCommand, environment: CliEnvironment): Promise<ExitStatus> {
  const { platform, out, err } = environment;
  const run = await runPreflight(command, environment);
  if (run.kind === 'ended') return run.status;
  const { choices, plan, state, inventory } = run;
  const report = reportOf(choices, plan, state, command.overrides);
  const verdict = verdictOf(state, command.overrides);
  if (!command.json && !command.quiet)
    print(out, ...checkText(choices, plan, state, command.overrides, out.columns), '');
  if (verdict === 'blocked' || (verdict === 'unknown' && !command.acceptUnknown)) {
    run.close();
    if (command.json) printJson(out, report);
    printProblem(
      err,
      messageText(
        verdict === 'blocked'
          ? msg('Not migrated: a check found a problem.')
          : msg(
              'Not migrated: some checks gave no answer. To migrate all the same, add $0.',
              '--accept-unknown',
            ),
      ),
    );
    return statusOfVerdict(verdict);
  }
  const migrations = new Migrations(platform, [inventory]);
  const handle = migrations.start(choices, plan, state.forecast, [...command.overrides]);
  const end = await followMigration(handle, () => migrations.cancel(handle.vm), command, environment);
  migrations.stop();
  run.close();
  if (command.json) printJson(out, { ...report, migration: migrationReportOf(end) });
  else if (!command.quiet) print(out, ...migrationText(end));
  const status = statusOfMigration(end);
  if (command.quiet && status !== 0) print(err, ...migrationText(end));
  return status;
}
