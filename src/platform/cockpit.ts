// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Cockpit, CockpitDBusClient, CockpitError, CockpitProcessError } from './cockpit-api.ts';
import {
  type DBusCall,
  type DBusMatch,
  type DBusService,
  type DBusSignal,
  type DBusValue,
  type Platform,
  PlatformError,
  type PlatformErrorKind,
  type RunOptions,
  type RunResult,
  type TcpOutcome,
  type Unsubscribe,
} from './platform.ts';

/** The platform in the browser: everything goes through the bridge of the Cockpit session. */
export function cockpitPlatform(cockpit: Cockpit): Platform {
  return {
    dbus: (bus, service) =>
      new CockpitService(cockpit.dbus(service, bus === 'system' ? { bus, superuser: 'try' } : { bus })),
    run: (argv, options = {}) => runProgram(cockpit, argv, options),
    connectTcp: (host, port, limits) => connectTcp(cockpit, host, port, limits),
    file: {
      read: async (path, options = {}) => {
        const file = cockpit.file(path, options);
        try {
          return (await file.read()) ?? undefined;
        } catch (error) {
          throw errorOf(error, 'failed');
        } finally {
          file.close();
        }
      },
    },
  };
}

/** Channel problems of Cockpit's protocol that say what went wrong. */
const kinds: Readonly<Record<string, PlatformErrorKind>> = {
  'access-denied': 'access-denied',
  'authentication-failed': 'access-denied',
  'not-found': 'not-found',
  terminated: 'closed',
  disconnected: 'closed',
  'internal-error': 'closed',
  cancelled: 'cancelled',
};

const missing = new Set([
  'org.freedesktop.DBus.Error.ServiceUnknown',
  'org.freedesktop.DBus.Error.NameHasNoOwner',
  'org.freedesktop.DBus.Error.Spawn.ServiceNotFound',
]);

function errorOf(error: unknown, otherwise: PlatformErrorKind): PlatformError {
  if (error instanceof PlatformError) return error;
  const { name, message, problem } = (error ?? {}) as CockpitError;
  const text = message ?? problem ?? String(error);
  if (problem !== undefined && problem !== '')
    return new PlatformError(kinds[problem] ?? otherwise, text, { cause: error });
  if (name?.includes('.') === true) {
    const options = { cause: error, errorName: name };
    if (missing.has(name)) return new PlatformError('not-found', text, options);
    if (name === 'org.freedesktop.DBus.Error.AccessDenied')
      return new PlatformError('access-denied', text, options);
    // "Message recipient disconnected from message bus without replying": the service died with our call.
    if (name === 'org.freedesktop.DBus.Error.NoReply') return new PlatformError('closed', text, options);
    return new PlatformError('dbus', text, options);
  }
  return new PlatformError(otherwise, text, { cause: error });
}

class CockpitService implements DBusService {
  readonly #client: CockpitDBusClient;
  readonly #openCalls = new Set<(error: PlatformError) => void>();
  readonly #closedListeners = new Set<(error: PlatformError) => void>();
  readonly #ownerListeners = new Set<(present: boolean) => void>();
  #owner: string | null | undefined;
  #closed: PlatformError | undefined;

  constructor(client: CockpitDBusClient) {
    this.#client = client;
    client.addEventListener('owner', (_event, owner) => {
      this.#owner = owner;
      for (const listener of [...this.#ownerListeners]) listener(owner !== null && owner !== '');
    });
    client.addEventListener('close', (_event, problem) => {
      this.#end(errorOf({ problem: 'terminated', ...problem }, 'closed'));
    });
  }

  call(call: DBusCall, options: { readonly signal?: AbortSignal } = {}): Promise<readonly DBusValue[]> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#openCalls.delete(fail);
        options.signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: PlatformError): void => {
        settle();
        reject(error);
      };
      const onAbort = (): void => {
        fail(new PlatformError('cancelled', `${call.member}: cancelled`));
      };
      if (this.#closed !== undefined) {
        reject(this.#closed);
        return;
      }
      if (options.signal?.aborted === true) {
        onAbort();
        return;
      }
      this.#openCalls.add(fail);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      // Without a type the bridge would introspect the service first; with it, values are sent as they are.
      this.#client.call(call.path, call.interface, call.member, call.args, { type: call.signature }).then(
        (values) => {
          settle();
          try {
            for (const value of values) assertExact(value);
            resolve(values as readonly DBusValue[]);
          } catch (error) {
            reject(errorOf(error, 'protocol'));
          }
        },
        (error: unknown) => {
          fail(errorOf(error, 'dbus'));
        },
      );
    });
  }

  async subscribe(match: DBusMatch, listener: (signal: DBusSignal) => void): Promise<Unsubscribe> {
    if (this.#closed !== undefined) throw this.#closed;
    const subscription = this.#client.subscribe(match, (path, iface, member, args) => {
      listener({ path, interface: iface, member, args: args as readonly DBusValue[] });
    });
    // The bridge handles messages in order: once it answers a call, the match that was sent before it is in force.
    await this.call({
      path: '/',
      interface: 'org.freedesktop.DBus.Peer',
      member: 'Ping',
      signature: '',
      args: [],
    }).catch((error: unknown) => {
      // A service that is not there, or that does not answer pings, has nevertheless let the match go ahead.
      if (error instanceof PlatformError && (error.kind === 'closed' || error.kind === 'cancelled'))
        throw error;
    });
    let removed = false;
    return () => {
      if (removed) return;
      removed = true;
      subscription.remove();
    };
  }

  onOwner(listener: (present: boolean) => void): Unsubscribe {
    this.#ownerListeners.add(listener);
    if (this.#owner !== undefined) listener(this.#owner !== null && this.#owner !== '');
    return () => this.#ownerListeners.delete(listener);
  }

  onClosed(listener: (error: PlatformError) => void): Unsubscribe {
    if (this.#closed === undefined) this.#closedListeners.add(listener);
    else listener(this.#closed);
    return () => this.#closedListeners.delete(listener);
  }

  close(): void {
    this.#closedListeners.clear();
    this.#end(new PlatformError('closed', 'The connection was let go'));
    this.#client.close();
  }

  #end(error: PlatformError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    for (const reject of [...this.#openCalls]) reject(error);
    for (const listener of [...this.#closedListeners]) listener(error);
  }
}

/** JSON has carried every integer as a number: one that a number cannot hold exactly has arrived damaged. */
function assertExact(value: unknown): void {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new PlatformError('protocol', `${value} is too large for a number`);
  } else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) assertExact(each);
  }
}

function runProgram(cockpit: Cockpit, argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const merged = options.stderr === 'merge';
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted === true) {
      reject(new PlatformError('cancelled', `${argv[0] ?? ''}: cancelled`));
      return;
    }
    const stdout: string[] = [];
    let cancelled = false;
    const child = cockpit.spawn(argv, {
      err: merged ? 'out' : 'message',
      ...(options.superuser === undefined ? {} : { superuser: options.superuser }),
      ...(options.environment === undefined
        ? {}
        : { environ: Object.entries(options.environment).map(([name, value]) => `${name}=${value}`) }),
    });
    const onAbort = (): void => {
      cancelled = true;
      child.close('terminated');
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    void child.stream((text) => {
      stdout.push(text);
      options.onOutput?.(text);
    });
    void child.input(options.input ?? '');
    child.then(
      () => {
        options.signal?.removeEventListener('abort', onAbort);
        resolve({ exitCode: 0, stdout: stdout.join(''), stderr: '' });
      },
      (error: unknown) => {
        options.signal?.removeEventListener('abort', onAbort);
        const { exit_status: status, exit_signal: ended, message } = error as CockpitProcessError;
        if (cancelled)
          reject(new PlatformError('cancelled', `${argv[0] ?? ''}: cancelled`, { cause: error }));
        else if (typeof status === 'number')
          resolve({ exitCode: status, stdout: stdout.join(''), stderr: merged ? '' : (message ?? '') });
        else if (typeof ended === 'string')
          resolve({ exitCode: null, stdout: stdout.join(''), stderr: merged ? '' : (message ?? '') });
        else reject(errorOf(error, 'failed'));
      },
    );
  });
}

/**
 * A stream channel connects from the bridge on this host. Both bridges close it with the problem `not-found` when the
 * connection is refused or the name does not resolve, and with other problems and the system's text otherwise, so the text
 * decides. What is not understood is `unreachable`, never `refused`: that would be taken for an open port.
 */
function connectTcp(
  cockpit: Cockpit,
  host: string,
  port: number,
  limits: { readonly timeoutMilliseconds: number; readonly signal?: AbortSignal },
): Promise<TcpOutcome> {
  return new Promise((resolve, reject) => {
    const channel = cockpit.channel({ payload: 'stream', address: host, port, binary: true });
    let settled = false;
    const settle = (): void => {
      settled = true;
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', onAbort);
    };
    const end = (outcome: TcpOutcome): void => {
      if (settled) return;
      settle();
      channel.close();
      resolve(outcome);
    };
    const onAbort = (): void => {
      if (settled) return;
      settle();
      channel.close();
      reject(new PlatformError('cancelled', `${host}:${port}: cancelled`));
    };
    const timer = setTimeout(() => {
      end({ kind: 'timeout' });
    }, limits.timeoutMilliseconds);
    limits.signal?.addEventListener('abort', onAbort, { once: true });
    channel.addEventListener('ready', () => {
      end({ kind: 'connected' });
    });
    channel.addEventListener('close', (_event, problem) => {
      end(tcpOutcomeOf(problem));
    });
  });
}

/** See {@link connectTcp}. Exported for its tests with what was seen from each bridge. */
export function tcpOutcomeOf(problem: CockpitError): TcpOutcome {
  const text = problem.message ?? '';
  const detail = text === '' ? (problem.problem ?? '') : text;
  if (/refused/i.test(text)) return { kind: 'refused' };
  if (/timed? ?out/i.test(text)) return { kind: 'timeout' };
  if (/resolv|name or service not known|nodename|temporary failure in name/i.test(text))
    return { kind: 'unresolved', detail };
  return { kind: 'unreachable', detail };
}
