// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from './on-abort.ts';
import { type Platform, PlatformError, type TcpOutcome, type Unsubscribe } from './platform.ts';
import script from './tcp-probe.sh?raw';

/**
 * Tests TCP connections with bash on the host, which every system with Cockpit or libvirt has.
 *
 * Why not Cockpit's `stream` channel: the C bridge (seen with 287) says `ready` before the connection is up, and later closes with
 * `not-found` if it was refused, or without a problem if it was lost. So "connected" looks like "still trying". The Python bridge
 * says `ready` when it is up, but joins the errors of several addresses into one text. A program behaves the same everywhere, and
 * its text is the C library's, in English.
 *
 * Attempts that are requested at the same time with the same time limit share one program.
 */
export function tcpProber(run: Platform['run']): Platform['connectTcp'] {
  let waiting: Attempt[] = [];
  const flush = (): void => {
    const attempts = waiting;
    waiting = [];
    const limits = new Set(attempts.map(({ milliseconds }) => milliseconds));
    for (const limit of limits)
      void tryAll(
        run,
        limit,
        attempts.filter(({ milliseconds }) => milliseconds === limit),
      );
  };
  return (host, port, { timeoutMilliseconds, signal }) =>
    new Promise((resolve, reject) => {
      // Characters that bash would interpret in the path, or an empty name, which getaddrinfo takes for this host.
      if (!/^[^/\s]+$/.test(host)) {
        resolve({ kind: 'unresolved', detail: host });
        return;
      }
      const attempt = new Attempt(host, port, timeoutMilliseconds, signal, resolve, reject);
      if (attempt.isSettled) return;
      waiting.push(attempt);
      if (waiting.length === 1) setTimeout(flush, 0);
    });
}

/** A caller who waits for an outcome. */
class Attempt {
  readonly host: string;
  readonly port: number;
  readonly milliseconds: number;
  /** Called when the caller needs no answer any longer. */
  onSettled: (() => void) | undefined;
  #settled = false;
  #unsubscribe: Unsubscribe | undefined;
  readonly #resolve: (outcome: TcpOutcome) => void;
  readonly #reject: (error: PlatformError) => void;
  readonly #onAbort = (): void => {
    this.fail(new PlatformError('cancelled', `${this.host}:${this.port}: cancelled`));
  };

  constructor(
    host: string,
    port: number,
    milliseconds: number,
    signal: AbortSignal | undefined,
    resolve: (outcome: TcpOutcome) => void,
    reject: (error: PlatformError) => void,
  ) {
    this.host = host;
    this.port = port;
    this.milliseconds = milliseconds;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal?.aborted === true) this.#onAbort();
    else if (signal !== undefined) this.#unsubscribe = onAbort(signal, this.#onAbort);
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  end(outcome: TcpOutcome): void {
    if (this.#settle()) this.#resolve(outcome);
  }

  fail(error: PlatformError): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#unsubscribe?.();
    this.onSettled?.();
    return true;
  }
}

/** A refusal arrives within the round-trip time, so the second attempt can be short. */
const secondLookMilliseconds = 500;

async function tryAll(
  run: Platform['run'],
  milliseconds: number,
  attempts: readonly Attempt[],
): Promise<void> {
  const doubtful = await runScript(run, 'together', milliseconds, attempts);
  if (doubtful.length > 0) await runScript(run, 'alone', milliseconds, doubtful);
}

/** Settles the attempts except those that it returns. Does not reject. */
async function runScript(
  run: Platform['run'],
  mode: 'together' | 'alone',
  milliseconds: number,
  all: readonly Attempt[],
): Promise<readonly Attempt[]> {
  const attempts = all.filter((attempt) => !attempt.isSettled);
  if (attempts.length === 0) return [];
  const doubtful: Attempt[] = [];
  const controller = new AbortController();
  for (const attempt of attempts)
    attempt.onSettled = (): void => {
      if (attempts.every((each) => each.isSettled)) controller.abort();
    };
  let rest = '';
  const hear = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, number = '', word = '', detail = ''] = /^(\d+) (\w+) ?(.*)$/.exec(line) ?? [];
      const attempt = attempts[Number(number)];
      if (attempt === undefined || number === '') continue;
      if (word === 'doubtful') doubtful.push(attempt);
      else attempt.end(parseOutcome(word, detail));
    }
  };
  const limit = mode === 'alone' ? Math.min(milliseconds, secondLookMilliseconds) : milliseconds;
  const places = attempts.flatMap(({ host, port }) => [host, String(port)]);
  try {
    const { stderr } = await run(['bash', '-c', script, 'bash', mode, String(limit / 1000), ...places], {
      environment: { LC_ALL: 'C' },
      onOutput: hear,
      signal: controller.signal,
    });
    const left = attempts.filter((attempt) => !doubtful.includes(attempt));
    for (const attempt of left)
      attempt.fail(new PlatformError('failed', `No outcome for ${attempt.host}:${attempt.port}. ${stderr}`));
    return doubtful;
  } catch (error) {
    const failure =
      error instanceof PlatformError ? error : new PlatformError('failed', String(error), { cause: error });
    for (const attempt of attempts) attempt.fail(failure);
    return [];
  }
}

/** The outcome for one line of the script. Exported for its tests. */
export function parseOutcome(word: string, detail: string): TcpOutcome {
  switch (word) {
    case 'connected':
      return { kind: 'connected' };
    case 'refused':
      return { kind: 'refused' };
    case 'timeout':
      return { kind: 'timeout' };
    case 'rejected':
      return { kind: 'unreachable', detail: 'ICMP port unreachable' };
    default:
      break;
  }
  // environment: connect: No route to host environment: line 12: /dev/tcp/10.0.0.1/22: No route to host
  const text = detail.slice(detail.lastIndexOf(': ') + 2);
  if (text === 'Connection timed out') return { kind: 'timeout' };
  // The text of getaddrinfo, to which bash adds "Invalid argument".
  const name =
    /: ((?:Name or service|Temporary failure|No address|Non-recoverable)[^:]*?)(?: \w+: line|$)/.exec(detail);
  if (name !== null) return { kind: 'unresolved', detail: name[1] ?? detail };
  return { kind: 'unreachable', detail: text };
}
