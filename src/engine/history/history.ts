// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';
import { appendState, readState } from '../store/index.ts';
import { type HistoryEntry, historyLine, parseHistory } from './entry.ts';

/** To find the history in the journal: `journalctl MESSAGE_ID=...` (sd_journal_send wants 128 random bits). */
export const historyMessageId = '6f6a0f3d4c0b4c1e9b5e3d9a2f1c7e58';

/** The time limit for writing to the journal. */
const journalMilliseconds = 5000;

/** The migrations of a connection, the newest first. Rejects with PlatformError, with the reason. */
export async function readHistory(
  platform: Pick<Platform, 'run'>,
  connection: ConnectionName,
  signal?: AbortSignal,
): Promise<readonly HistoryEntry[]> {
  return parseHistory(await readState(platform, connection, 'history.jsonl', signal));
}

/** Adds an entry to the file and to the journal. Resolves to the reason if the file could not be written. Does not reject. */
export async function appendHistory(
  platform: Pick<Platform, 'run'>,
  entry: HistoryEntry,
): Promise<string | undefined> {
  const [error] = await Promise.all([
    appendState(platform, entry.connection, 'history.jsonl', historyLine(entry)),
    writeJournal(platform, entry),
  ]);
  return error;
}

/** One line for each field. A value of several lines would need the journal's other format. */
function field(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${value.replace(/\s+/g, ' ')}`];
}

/** The fields of the journal's entry. Ours begin with `COCKPIT_MIGRATE_`. */
export function journalFields(entry: HistoryEntry): string {
  const { vm, uuid, destination, result, runsOn, start, end, who, actual, rehearsal, steered } = entry;
  const priority = result === 'failed' ? '4' : '6';
  return [
    ...field(
      'MESSAGE',
      `Migration of ${vm}${destination === undefined ? '' : ` to ${destination}`}: ${result}${runsOn === undefined ? '' : `, the VM is on: ${runsOn}`}`,
    ),
    ...field('MESSAGE_ID', historyMessageId),
    ...field('PRIORITY', priority),
    ...field('SYSLOG_IDENTIFIER', 'cockpit-migrate'),
    ...field('COCKPIT_MIGRATE_VM', vm),
    ...field('COCKPIT_MIGRATE_UUID', uuid),
    ...field('COCKPIT_MIGRATE_DESTINATION', destination),
    ...field('COCKPIT_MIGRATE_RESULT', result),
    ...field('COCKPIT_MIGRATE_RUNS_ON', runsOn),
    ...field('COCKPIT_MIGRATE_REHEARSAL', rehearsal?.result),
    ...field(
      'COCKPIT_MIGRATE_STEERED',
      steered?.map(({ action, state }) => `${action.kind}:${state}`).join(' '),
    ),
    ...field('COCKPIT_MIGRATE_START', start),
    ...field('COCKPIT_MIGRATE_END', end),
    ...field('COCKPIT_MIGRATE_WHO', who),
    ...field('COCKPIT_MIGRATE_TOTAL_MS', actual?.totalMilliseconds.toString()),
    ...field('COCKPIT_MIGRATE_PAUSE_MS', actual?.pauseMilliseconds?.toString()),
    '',
  ].join('\n');
}

/** The file is the history. The journal is a copy for those who collect journals; a host may have no journal. */
async function writeJournal(platform: Pick<Platform, 'run'>, entry: HistoryEntry): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, journalMilliseconds);
  try {
    await platform.run(['logger', '--journald'], { input: journalFields(entry), signal: limit.signal });
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The user of the session (also behind sudo) and the host. The script is constant. */
export async function whoAndWhere(
  platform: Pick<Platform, 'run'>,
): Promise<{ readonly who?: string; readonly host?: string }> {
  try {
    const { exitCode, stdout } = await platform.run([
      'sh',
      '-c',
      'printf "%s\\n" "${SUDO_USER:-$(id -un)}" "$(uname -n)"',
    ]);
    const [who, host] = stdout.split('\n');
    if (exitCode !== 0 || who === undefined || who === '' || host === undefined) return {};
    return { who, ...(host === '' ? {} : { host }) };
  } catch (error) {
    if (error instanceof PlatformError) return {};
    throw error;
  }
}
