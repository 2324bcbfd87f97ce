// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../engine/base/index.ts';
import { parseArguments } from './arguments.ts';
import { checkCommand } from './check-command.ts';
import { type CliEnvironment, messageText, print, printProblem } from './environment.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { historyCommand } from './history-command.ts';
import { listCommand } from './list-command.ts';
import { migrateCommand } from './migrate-command.ts';
import { commandHelpText, helpText } from './options.ts';
import { trustCommand } from './trust-command.ts';

/** Runs the command in the arguments (without the program's name). Resolves to the exit status. */
export async function runCommandLine(
  argv: readonly string[],
  environment: CliEnvironment,
): Promise<ExitStatus> {
  const { out, err, version } = environment;
  const command = parseArguments(argv);
  switch (command.kind) {
    case 'help':
      out.write(
        command.command === undefined ? helpText(messageText) : commandHelpText(command.command, messageText),
      );
      return exitStatus.good;
    case 'version':
      print(out, `cockpit-migrate ${version}`);
      return exitStatus.good;
    case 'usage':
      printProblem(
        err,
        messageText(command.problem),
        messageText(msg('For help, run $0.', 'cockpit-migrate --help')),
      );
      return exitStatus.usage;
    case 'list':
      return listCommand(command, environment);
    case 'history':
      return historyCommand(command, environment);
    case 'check':
      return checkCommand(command, environment);
    case 'migrate':
      return migrateCommand(command, environment);
    case 'trust':
      return trustCommand(command, environment);
  }
}
