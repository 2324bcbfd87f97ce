// SPDX-License-Identifier: LGPL-2.1-or-later
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { DBusNextService } from './dbus-next.ts';
import { type BusName, type Platform, PlatformError, type RunOptions, type RunResult } from './platform.ts';
import { tcpProber } from './tcp-probe.ts';

export interface NodePlatformOptions {
  /** Address of the system bus, for example `unix:path=/run/dbus/system_bus_socket` (the default). */
  readonly systemBusAddress?: string;
  /** Address of the session bus; without it, the environment's. */
  readonly sessionBusAddress?: string;
  /**
   * Put before every program, for example `nsenter ...` to work inside another host. Files are then read by a program, too,
   * since this process stays where it is.
   */
  readonly prefix?: readonly string[];
}

/** The platform under Node: dbus-next, child processes, sockets and files. `superuser` is what this process is. */
export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  const prefix = options.prefix ?? [];
  const run = async (argv: readonly string[], runOptions: RunOptions = {}): Promise<RunResult> => {
    const result = await runProgram([...prefix, ...argv], runOptions);
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

/** The programs of a prefix end with 127 when they find none to go on with, and say so in their own name. */
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

/** How long a cancelled program may take to end before it is killed. */
const gracePeriodMilliseconds = 3000;

function runProgram(argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const merged = options.stderr === 'merge';
  // A constant script joins the two outputs at the file descriptor, so that their order is the one they were written in.
  const [program = '', ...rest] = merged ? ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv] : argv;
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted === true) {
      reject(new PlatformError('cancelled', `${argv[0] ?? ''}: cancelled`));
      return;
    }
    // `detached` gives the program its own session: it has no controlling terminal on which ssh could ask.
    const child = spawn(program, rest, {
      detached: true,
      env: { ...process.env, ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: string[] = [];
    const stderr: string[] = [];
    let cancelled = false;
    /** What the pieces of the input ended with, if not with their end. */
    let broken: Error | undefined;
    let killer: NodeJS.Timeout | undefined;
    const kill = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        // The group ended in the meantime: that is what was wanted.
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
    };
    const onAbort = (): void => {
      cancelled = true;
      kill('SIGTERM');
      killer = setTimeout(() => {
        kill('SIGKILL');
      }, gracePeriodMilliseconds);
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const settle = (): void => {
      options.signal?.removeEventListener('abort', onAbort);
      clearTimeout(killer);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout.push(text);
      options.onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    // A program that ends without reading its input closes the pipe; its exit status says what happened.
    child.stdin.on('error', () => undefined);
    const { input = '' } = options;
    const pieces = Readable.from(typeof input === 'string' ? [input] : input);
    pieces.on('error', (error) => {
      broken = error;
      kill('SIGTERM');
    });
    child.stdin.on('close', () => pieces.destroy());
    pieces.pipe(child.stdin);
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      const kind =
        error.code === 'ENOENT' ? 'not-found' : error.code === 'EACCES' ? 'access-denied' : 'failed';
      reject(new PlatformError(kind, error.message, { cause: error }));
    });
    child.on('close', (exitCode) => {
      settle();
      if (cancelled) {
        reject(new PlatformError('cancelled', `${argv[0] ?? ''}: cancelled`));
      } else if (broken !== undefined) {
        reject(new PlatformError('failed', broken.message, { cause: broken }));
      } else if (merged && exitCode === 127 && /^sh: .*not found\s*$/m.test(stdout.join(''))) {
        reject(new PlatformError('not-found', stdout.join('').trim()));
      } else {
        resolve({ exitCode, stdout: stdout.join(''), stderr: stderr.join('').trimEnd() });
      }
    });
  });
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
