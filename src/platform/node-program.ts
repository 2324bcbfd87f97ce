// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ChildProcess, spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { PlatformError, type RunOptions, type RunResult } from './platform.ts';
import { ProgramRun } from './program-run.ts';

/** How long a cancelled program may take to end before it is killed. */
const gracePeriodMilliseconds = 3000;

/** Runs a program as a child process. */
export function runNodeProgram(argv: readonly string[], options: RunOptions): Promise<RunResult> {
  return ProgramRun.of(argv, options, (run) => {
    // A constant script merges both outputs at the file descriptor, so that their order is kept.
    const [program = '', ...rest] = run.merged ? ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv] : argv;
    // `detached` gives the program its own session: it has no controlling terminal on which ssh could ask.
    const child = spawn(program, rest, {
      detached: true,
      env: { ...process.env, ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stderr: string[] = [];
    /** Why the program was told to end. Reported after it has ended. */
    let reason: PlatformError | undefined;
    let killer: NodeJS.Timeout | undefined;
    run.onAbort(() => {
      reason = run.cancelled();
      kill(child, 'SIGTERM');
      killer = setTimeout(() => {
        kill(child, 'SIGKILL');
      }, gracePeriodMilliseconds);
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      run.output(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    feed(child.stdin, options.input ?? '', (error) => {
      reason ??= new PlatformError('failed', error.message, { cause: error });
      kill(child, 'SIGTERM');
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(killer);
      const kind =
        error.code === 'ENOENT' ? 'not-found' : error.code === 'EACCES' ? 'access-denied' : 'failed';
      run.fail(new PlatformError(kind, error.message, { cause: error }));
    });
    child.on('close', (exitCode) => {
      clearTimeout(killer);
      if (reason !== undefined) run.fail(reason);
      else if (run.merged && exitCode === 127 && /^sh: .*not found\s*$/m.test(run.stdout))
        run.fail(new PlatformError('not-found', run.stdout.trim()));
      else run.end(exitCode, stderr.join(''));
    });
  });
}

/** Signals the program and all of its child processes. */
function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group has ended meanwhile, as intended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Sends the program its input, until the input or the program ends. */
function feed(stdin: Writable, input: string | AsyncIterable<string>, onError: (error: Error) => void): void {
  // A program that ends without reading its input closes the pipe. Its exit status tells what happened.
  stdin.on('error', () => undefined);
  const pieces = Readable.from(typeof input === 'string' ? [input] : input);
  pieces.on('error', onError);
  stdin.on('close', () => pieces.destroy());
  pieces.pipe(stdin);
}
