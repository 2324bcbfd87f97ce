// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Cockpit, CockpitProcess, CockpitProcessError } from './cockpit-api.ts';
import { toPlatformError } from './cockpit-error.ts';
import type { PlatformError, RunOptions, RunResult } from './platform.ts';
import { ProgramRun } from './program-run.ts';

/** Runs a program through the bridge. */
export function runCockpitProgram(
  cockpit: Cockpit,
  argv: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  return ProgramRun.of(argv, options, (run) => {
    const child = cockpit.spawn(argv, {
      err: run.merged ? 'out' : 'message',
      ...(options.superuser === undefined ? {} : { superuser: options.superuser }),
      ...(options.environment === undefined
        ? {}
        : { environ: Object.entries(options.environment).map(([name, value]) => `${name}=${value}`) }),
    });
    const input = readerOf(options.input ?? '');
    // The bridge sends SIGTERM. A program that ignores it continues.
    const giveUp = (error: PlatformError): void => {
      run.fail(error);
      void input.return?.();
      child.close('terminated');
    };
    run.onAbort(() => {
      giveUp(run.cancelled());
    });
    child.stream((text) => {
      run.output(text);
    });
    feed(child, input, run).catch((error: unknown) => {
      giveUp(toPlatformError(error, 'failed'));
    });
    child.then(
      (_output, message) => {
        run.end(0, message ?? '');
        void input.return?.();
      },
      (error: unknown) => {
        endWith(run, error as CockpitProcessError);
        void input.return?.();
      },
    );
  });
}

/** The result of a program that cockpit.js reports as failed: it did not start, or its status is not 0. */
function endWith(run: ProgramRun, error: CockpitProcessError): void {
  const { exit_status: status, exit_signal: ended, message, problem } = error;
  // It did not start. The C bridge also gives the status -1.
  if (problem === 'not-found' || problem === 'access-denied') run.fail(toPlatformError(error, 'failed'));
  else if (typeof ended === 'string') run.end(null, message ?? '');
  // The Python bridge reports a signal as a negative status.
  else if (typeof status === 'number') run.end(status < 0 ? null : status, message ?? '');
  else run.fail(toPlatformError(error, 'failed'));
}

type Reader = Iterator<string> | AsyncIterator<string>;

function readerOf(input: string | AsyncIterable<string>): Reader {
  return typeof input === 'string' ? [input].values() : input[Symbol.asyncIterator]();
}

/** Sends the program its input, until the input or the program ends. */
async function feed(child: CockpitProcess, input: Reader, run: ProgramRun): Promise<void> {
  for (let next = await input.next(); !run.over; next = await input.next()) {
    if (next.done === true) {
      child.input('');
      return;
    }
    for (const piece of pieces(next.value)) child.input(piece, true);
  }
}

/**
 * The text in pieces that cockpit.js sends unchanged. It cuts text longer than 65,536 code units anywhere, even inside of a
 * surrogate pair, which would be lost.
 */
function* pieces(text: string): Generator<string> {
  const most = 8_192;
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + most, text.length);
    if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    yield text.slice(start, end);
    start = end;
  }
}
