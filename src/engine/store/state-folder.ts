// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';
import script from './state-folder.sh?raw';

/** A file with state of this program: lines of JSON. */
export type StateFile = 'forecasts.jsonl' | 'departures.jsonl' | 'history.jsonl';

/** How many lines of a file are kept. The oldest are removed. */
const mostLines = 1000;

/** Arguments of the script: what to do, whose folder, which file. */
function scriptArgv(
  action: 'read' | 'append',
  connection: ConnectionName,
  file: StateFile,
): readonly string[] {
  return ['sh', '-c', script, 'sh', action, connection, file, String(mostLines)];
}

function asOwner(connection: ConnectionName): { readonly superuser?: 'require' | 'try' } {
  return connection === 'system' ? { superuser: 'try' } : {};
}

/**
 * The last lines of the file; empty if there is no file. Rejects with PlatformError, with the reason if the folder is not trusted.
 */
export async function readState(
  platform: Pick<Platform, 'run'>,
  connection: ConnectionName,
  file: StateFile,
  signal?: AbortSignal,
): Promise<string> {
  const { exitCode, stdout, stderr } = await platform.run(scriptArgv('read', connection, file), {
    ...asOwner(connection),
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode !== 0) throw new PlatformError('failed', stderr.trim());
  return stdout;
}

/** Adds a line. Resolves to the reason if that failed. Does not reject. */
export async function appendState(
  platform: Pick<Platform, 'run'>,
  connection: ConnectionName,
  file: StateFile,
  line: string,
): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await platform.run(scriptArgv('append', connection, file), {
      input: `${line}\n`,
      stderr: 'merge',
      ...asOwner(connection),
    });
    return exitCode === 0 ? undefined : stdout.trim() || `exit status ${exitCode}`;
  } catch (error) {
    if (error instanceof PlatformError) return error.message;
    throw error;
  }
}
