// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * The machine, as the layers above see it: D-Bus, programs, TCP sockets and files. Two implementations, `cockpit.ts` (browser) and
 * `node.ts` (dbus-next, child_process, net, fs), pass the same contract suite (test/contract/). Both give the same values, see
 * {@link DBusValue}.
 */

/**
 * A D-Bus value in canonical form: numbers for all integer types (an `x` or `t` beyond 2^53 is refused with a
 * {@link PlatformError}, kind `protocol`), strings for `s`, `o`, `g`, base64 strings for `ay`, arrays for arrays and
 * structs, plain objects for dictionaries, and {@link Variant} for `v`.
 */
export type DBusValue =
  | string
  | number
  | boolean
  | Variant
  | readonly DBusValue[]
  | { readonly [key: string]: DBusValue };

/** A variant with its own signature: `{ t: 'u', v: 7 }`. The form that cockpit.js sends. */
export interface Variant {
  readonly t: string;
  readonly v: DBusValue;
}

/** Which bus. `session` is the bus of the signed-in user. */
export type BusName = 'system' | 'session';

/** Ends a subscription, a watch or a connection. Calling it twice is harmless. */
export type Unsubscribe = () => void;

/** One method call. `signature` is that of all arguments, for example `sa{sv}u`; it is always required. */
export interface DBusCall {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly args: readonly DBusValue[];
}

/** A signal that arrived. */
export interface DBusSignal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly args: readonly DBusValue[];
}

/** What to listen for; an absent field matches everything. */
export interface DBusMatch {
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
}

/** A connection to one service on one bus. */
export interface DBusService {
  /**
   * Calls a method and resolves to its return values. There is no time limit; `signal` ends the wait, not the work of the service.
   * Rejects with {@link PlatformError} only: `dbus` for an error reply, `closed` when the bus or the service goes away while the
   * call is open, `cancelled` when `signal` aborts.
   */
  call(call: DBusCall, options?: { readonly signal?: AbortSignal }): Promise<readonly DBusValue[]>;
  /**
   * Subscribes to signals of this service. Resolves when the match rule is active, so that no later signal is missed. Subscriptions
   * share match rules, and unused rules are removed. Signals with a number that the canonical form cannot represent are skipped.
   */
  subscribe(match: DBusMatch, listener: (signal: DBusSignal) => void): Promise<Unsubscribe>;
  /**
   * Reports when the service gets or loses its owner on the bus, and the present state as soon as it is known. With Cockpit, the
   * connection ends if the service neither runs nor can be started when it is opened: {@link onClosed}, `not-found`.
   */
  onOwner(listener: (present: boolean) => void): Unsubscribe;
  /** Reports once that the connection has ended (bus or session ended). Then a new service must be opened. */
  onClosed(listener: (error: PlatformError) => void): Unsubscribe;
  /** Closes the connection. Open calls are rejected with kind `closed`. */
  close(): void;
}

export interface RunOptions {
  /**
   * Text for the program's standard input, or pieces of it, which are sent as they come; their end ends the input. Without it,
   * standard input is empty. No further piece is requested after the program has ended.
   */
  readonly input?: string | AsyncIterable<string>;
  /** Environment variables added to (or, with `undefined`, removed from where the platform can) the inherited ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Run as root: `require` fails with `access-denied` without administrative access, `try` falls back to the user. */
  readonly superuser?: 'require' | 'try';
  /** `separate` (default): stderr is separate from stdout. `merge`: both in `stdout`, in the order written. */
  readonly stderr?: 'separate' | 'merge';
  /** Called with output as it comes (stdout, and stderr if merged). */
  readonly onOutput?: (text: string) => void;
  /** Ends the program (SIGTERM, then SIGKILL) and rejects with kind `cancelled`. */
  readonly signal?: AbortSignal;
}

/** How a program ended. A non-zero exit is a result, not an error. */
export interface RunResult {
  /** Exit status, or `null` if a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Empty with `stderr: 'merge'`. On the cockpit platform, it is only known if the program failed. */
  readonly stderr: string;
}

/**
 * The result of a TCP connection attempt. `refused`: the host answered and nothing listens there, so nothing blocks the port. (A
 * firewall that forges a TCP reset looks the same; one that rejects by any ICMP message is `unreachable`.) `timeout` and
 * `unreachable`: something blocks the port.
 */
export type TcpOutcome =
  | { readonly kind: 'connected' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'unresolved'; readonly detail: string };

export interface Platform {
  /** Opens a connection to a service. Opening never fails; the first call reports errors. */
  dbus(bus: BusName, service: string): DBusService;
  /**
   * Runs a program with an argument list, without a controlling terminal (so ssh cannot prompt), and collects its output. Rejects
   * with {@link PlatformError} only: `not-found`, `access-denied`, `cancelled`, `closed`.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Connects and closes at once. Sends nothing. */
  connectTcp(
    host: string,
    port: number,
    options: { readonly timeoutMilliseconds: number; readonly signal?: AbortSignal },
  ): Promise<TcpOutcome>;
  readonly file: {
    /** The file's text, or `undefined` if there is none. Rejects with `access-denied` or `failed`. */
    read(path: string, options?: { readonly superuser?: 'require' | 'try' }): Promise<string | undefined>;
  };
}

export type PlatformErrorKind =
  /** The D-Bus service answered with an error; `name` is its D-Bus name. */
  | 'dbus'
  /** No such program, service, or bus. */
  | 'not-found'
  /** The user may not do this. */
  | 'access-denied'
  /** The connection ended before the answer. */
  | 'closed'
  /** The caller's AbortSignal aborted. */
  | 'cancelled'
  /** The other side sent something that does not fit the protocol or the canonical form. */
  | 'protocol'
  /** Any other error; the message is the platform's. */
  | 'failed';

/** The only error that a platform raises. `message` is the platform's or the service's own text. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly kind: PlatformErrorKind;
  /** D-Bus error name for kind `dbus`, else undefined. */
  readonly errorName: string | undefined;

  constructor(kind: PlatformErrorKind, message: string, options?: { cause?: unknown; errorName?: string }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.errorName = options?.errorName;
  }
}
