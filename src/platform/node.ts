// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFile } from 'node:fs/promises';
import { DBusNextService } from './dbus-next.ts';
import { runNodeProgram } from './node-program.ts';
import { type BusName, type Platform, PlatformError, type RunOptions, type RunResult } from './platform.ts';
import { tcpProber } from './tcp-probe.ts';

export interface NodePlatformOptions {
  /** Address of the system bus, for example `unix:path=/run/dbus/system_bus_socket` (the default). */
  readonly systemBusAddress?: string;
  /** Address of the session bus; default: the environment's. */
  readonly sessionBusAddress?: string;
  /**
   * Prefix of every program, for example `nsenter ...` to work inside of another host. Then a program also reads the files, because
   * this process is outside.
   */
  readonly prefix?: readonly string[];
}

/** The platform under Node: dbus-next, child processes, sockets and files. `superuser` tells whether this process is root. */
export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  const prefix = options.prefix ?? [];
  const run = async (argv: readonly string[], runOptions: RunOptions = {}): Promise<RunResult> => {
    const result = await runNodeProgram([...prefix, ...argv], runOptions);
    if (prefix.length > 0) throwIfMissing(result, argv[0] ?? '');
    return result;
  };
  return {
    dbus: (bus, service) => new DBusNextService(busAddress(bus, options), service),
    run,
    connectTcp: tcpProber(run),
    file: {
      read: (path) => (prefix.length === 0 ? readHere(path) : readThrough(run, path)),
    },
  };
}

/** If a program of the prefix does not find the next one, it exits with 127 and an error in its own name. */
function throwIfMissing({ exitCode, stdout, stderr }: RunResult, program: string): void {
  if (exitCode !== 127) return;
  const said = `${stdout}${stderr}`.trim();
  if (/^(env|nsenter|setpriv): [^\n]*: No such file or directory$/.test(said) && said.includes(program))
    throw new PlatformError('not-found', said);
}

function busAddress(bus: BusName, options: NodePlatformOptions): string {
  if (bus === 'system') return options.systemBusAddress ?? 'unix:path=/run/dbus/system_bus_socket';
  return options.sessionBusAddress ?? process.env['DBUS_SESSION_BUS_ADDRESS'] ?? 'unix:path=/nonexistent';
}

async function readHere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    const kind = code === 'EACCES' || code === 'EPERM' ? 'access-denied' : 'failed';
    throw new PlatformError(kind, String(error), { cause: error });
  }
}

async function readThrough(run: Platform['run'], path: string): Promise<string | undefined> {
  const result = await run(['cat', '--', path], { environment: { LC_ALL: 'C' } });
  if (result.exitCode === 0) return result.stdout;
  if (result.stderr.includes('No such file or directory')) return undefined;
  throw new PlatformError(
    result.stderr.includes('Permission denied') ? 'access-denied' : 'failed',
    result.stderr.trim(),
  );
}
