// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Cockpit, CockpitProcessError } from './cockpit-api.ts';
import { CockpitService } from './cockpit-dbus.ts';
import { toPlatformError } from './cockpit-error.ts';
import {
  type BusName,
  type DBusService,
  type Platform,
  PlatformError,
  type RunOptions,
  type RunResult,
} from './platform.ts';
import { tcpProber } from './tcp-probe.ts';

/** The platform in the browser: everything goes through the bridge of the Cockpit session. */
export function cockpitPlatform(cockpit: Cockpit): Platform {
  const run: Platform['run'] = (argv, options = {}) => runProgram(cockpit, argv, options);
  return {
    dbus: (bus, service) => openService(cockpit, bus, service),
    run,
    connectTcp: tcpProber(run),
    file: { read: (path, options = {}) => readFile(cockpit, path, options) },
  };
}

/**
 * Tells whether the session has administrative access, as soon as that is known and when it changes. Cockpit loads the page
 * anew when it is turned on or off.
 */
export function watchAdministrativeAccess(
  cockpit: Cockpit,
  listener: (administrative: boolean) => void,
): void {
  const permission = cockpit.permission({ admin: true });
  const tell = (): void => {
    if (permission.allowed !== null) listener(permission.allowed);
  };
  permission.addEventListener('changed', tell);
  tell();
}

function openService(cockpit: Cockpit, bus: BusName, service: string): DBusService {
  return new CockpitService(() =>
    cockpit.dbus(service, bus === 'system' ? { bus, superuser: 'try' } : { bus }),
  );
}

async function readFile(
  cockpit: Cockpit,
  path: string,
  options: { readonly superuser?: 'require' | 'try' },
): Promise<string | undefined> {
  const file = cockpit.file(path, options);
  try {
    return (await file.read()) ?? undefined;
  } catch (error) {
    const failure = toPlatformError(error, 'failed');
    if (failure.kind === 'not-found') return undefined;
    throw failure;
  } finally {
    file.close();
  }
}

function runProgram(cockpit: Cockpit, argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const merged = options.stderr === 'merge';
  const cancelled = (cause?: unknown): PlatformError =>
    new PlatformError('cancelled', `${argv[0] ?? ''}: cancelled`, { cause });
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted === true) {
      reject(cancelled());
      return;
    }
    const stdout: string[] = [];
    const child = cockpit.spawn(argv, {
      err: merged ? 'out' : 'message',
      ...(options.superuser === undefined ? {} : { superuser: options.superuser }),
      ...(options.environment === undefined
        ? {}
        : { environ: Object.entries(options.environment).map(([name, value]) => `${name}=${value}`) }),
    });
    let over = false;
    const input = readerOf(options.input ?? '');
    const feed = async (): Promise<void> => {
      for (let next = await input.next(); !over; next = await input.next()) {
        if (next.done === true) {
          child.input('');
          return;
        }
        for (const piece of pieces(next.value)) child.input(piece, true);
      }
    };
    const settle = (): void => {
      over = true;
      options.signal?.removeEventListener('abort', onAbort);
      void input.return?.();
    };
    // The bridge sends SIGTERM; what ignores that goes on without us.
    const giveUp = (error: PlatformError): void => {
      settle();
      child.close('terminated');
      reject(error);
    };
    const onAbort = (): void => {
      giveUp(cancelled());
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    child.stream((text) => {
      stdout.push(text);
      options.onOutput?.(text);
    });
    feed().catch((error: unknown) => {
      giveUp(toPlatformError(error, 'failed'));
    });
    const end = (exitCode: number | null, stderr: string): void => {
      settle();
      resolve({ exitCode, stdout: stdout.join(''), stderr: merged ? '' : stderr.trimEnd() });
    };
    child.then(
      (_output, message) => {
        end(0, message ?? '');
      },
      (error: unknown) => {
        const { exit_status: status, exit_signal: ended, message, problem } = error as CockpitProcessError;
        // It did not start; the C bridge gives the status -1 beside the problem.
        if (problem === 'not-found' || problem === 'access-denied') {
          settle();
          reject(toPlatformError(error, 'failed'));
        } else if (typeof ended === 'string') end(null, message ?? '');
        // The Python bridge gives a signal as a negative status.
        else if (typeof status === 'number') end(status < 0 ? null : status, message ?? '');
        else {
          settle();
          reject(toPlatformError(error, 'failed'));
        }
      },
    );
  });
}

function readerOf(input: string | AsyncIterable<string>): Iterator<string> | AsyncIterator<string> {
  return typeof input === 'string' ? [input].values() : input[Symbol.asyncIterator]();
}

/**
 * The text in pieces that cockpit.js sends as they are: it cuts what is longer than 65,536 code units anywhere, also between
 * the halves of a character outside of the basic plane, which would be lost.
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
