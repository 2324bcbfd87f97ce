// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ConnectionName, type Message, msg } from '../engine/base/index.ts';
import {
  forecastQuality,
  type HistoryEntry,
  historyDocument,
  pastRehearsalText,
  pauseText,
  qualityText,
  readHistory,
  resultText,
  timeText,
} from '../engine/history/index.ts';
import { steerResultText } from '../engine/migration/index.ts';
import { PlatformError } from '../platform/platform.ts';
import type { OutputOptions } from './arguments.ts';
import { type CliEnvironment, messageText, print, printJson, printProblem } from './environment.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { tableLines } from './text-layout.ts';

/** What was done to it while it ran, beneath its row. */
function steeredLines({ steered = [] }: HistoryEntry): readonly string[] {
  return steered.map((each) => {
    const what = messageText(steerResultText(each));
    const said = each.by === 'plan' ? messageText(msg('As planned: $0', what)) : what;
    return `    ${each.at.slice(11, 19)}Z  ${said}`;
  });
}

/** The migrations as a table, the newest first, what was done to each while it ran, and how good the forecasts were. */
export function historyText(entries: readonly HistoryEntry[]): readonly string[] {
  if (entries.length === 0) return [messageText(msg('No migration yet.'))];
  const cell = (message: Message | undefined): string => (message === undefined ? '-' : messageText(message));
  const [head = '', ...rows] = tableLines([
    [
      ...[msg('Start'), msg('VM'), msg('To'), msg('Rehearsal'), msg('Result'), msg('Time'), msg('Pause')],
      msg('By'),
    ].map(messageText),
    ...entries.map((entry) => [
      `${entry.start.slice(0, 16).replace('T', ' ')}Z`,
      entry.vm,
      `${entry.destination ?? '-'}${entry.temporary === true ? ` (${messageText(msg('temporary'))})` : ''}`,
      cell(pastRehearsalText(entry)),
      messageText(resultText(entry)),
      messageText(timeText(entry)),
      cell(pauseText(entry)),
      entry.who ?? '-',
    ]),
  ]);
  return [
    head,
    ...entries.flatMap((entry, index) => [rows[index] ?? '', ...steeredLines(entry)]),
    '',
    ...qualityText(forecastQuality(entries)).map(messageText),
  ];
}

/** `cockpit-migrate history` */
export async function historyCommand(
  command: OutputOptions & { readonly connection: ConnectionName },
  { platform, out, err }: CliEnvironment,
): Promise<ExitStatus> {
  try {
    const entries = await readHistory(platform, command.connection);
    if (command.json) printJson(out, historyDocument(entries));
    else if (!command.quiet) print(out, ...historyText(entries));
    return exitStatus.good;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    printProblem(err, messageText(msg('The history cannot be read.')), error.message);
    return exitStatus.unknown;
  }
}
