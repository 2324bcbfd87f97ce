// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../engine/message.ts';
import { migrationReportOf } from '../engine/migration-report.ts';
import type { Migration } from '../engine/migration-state.ts';
import { type MigrationHandle, Migrations } from '../engine/migrations.ts';
import { verdictOf } from '../engine/preflight.ts';
import { reportOf } from '../engine/report.ts';
import type { VmCommand } from './arguments.ts';
import { checkText } from './check-text.ts';
import { type ExitStatus, statusOfMigration, statusOfVerdict } from './exit-status.ts';
import { migrationStatus, migrationText } from './migration-text.ts';
import { runPreflight } from './preflight-run.ts';
import { StatusDisplay } from './status-line.ts';
import { print, printJson, printProblem, type Surroundings, say } from './surroundings.ts';

/** `cockpit-migrate migrate`: checks, migrates if nothing stands against it, and says how it ended. */
export async function migrateCommand(command: VmCommand, surroundings: Surroundings): Promise<ExitStatus> {
  const { platform, out, err } = surroundings;
  const run = await runPreflight(command, surroundings);
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
      say(
        verdict === 'blocked'
          ? msg('Nothing was started: something blocks the migration.')
          : msg('Nothing was started. To go on without knowing that, use $0.', '--accept-unknown'),
      ),
    );
    return statusOfVerdict(verdict);
  }
  const migrations = new Migrations(platform, [inventory]);
  const handle = migrations.start(choices, plan, state.forecast);
  const end = await follow(handle, migrations, command, surroundings);
  migrations.stop();
  run.close();
  if (command.json) printJson(out, { ...report, migration: migrationReportOf(end) });
  else if (!command.quiet) print(out, ...migrationText(end));
  const status = statusOfMigration(end);
  if (command.quiet && status !== 0) print(err, ...migrationText(end));
  return status;
}

/**
 * Shows the progress until the end. The first Ctrl-C asks libvirt to cancel and waits for what comes of it; the second one,
 * or the wish that the program ends, leaves the migration to libvirt: the answer is then where it was.
 */
async function follow(
  handle: MigrationHandle,
  migrations: Migrations,
  { json, quiet }: VmCommand,
  { out, err, onSignal }: Surroundings,
): Promise<Migration> {
  const display = new StatusDisplay(json ? err : out);
  let cancelError: string | undefined;
  const look = (): void => {
    const migration = handle.state.get();
    if (migration.cancelError !== undefined && migration.cancelError !== cancelError) {
      display.clear();
      print(err, say(msg('It could not be cancelled, and goes on: $0', migration.cancelError)));
    }
    ({ cancelError } = migration);
    const status = migrationStatus(migration);
    if (!quiet && status !== undefined) display.show(status);
  };
  const undo = handle.state.subscribe(look);
  look();
  let asked = false;
  let forget = (): void => undefined;
  const left = new Promise<Migration>((resolve) => {
    forget = onSignal((wish) => {
      display.clear();
      if (wish === 'interrupt' && !asked) {
        asked = true;
        print(err, say(msg('Asking libvirt to cancel. Press Ctrl-C again to leave it to libvirt.')));
        migrations.cancel(handle.vm);
        return;
      }
      print(err, say(msg('The migration is left in the hands of libvirt.')));
      resolve(handle.state.get());
    });
  });
  const end = await Promise.race([handle.ended, left]);
  forget();
  undo();
  display.clear();
  return end;
}
