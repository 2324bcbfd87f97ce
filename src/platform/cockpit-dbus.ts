// SPDX-License-Identifier: LGPL-2.1-or-later
import type { CockpitDBusClient } from './cockpit-api.ts';
import { toPlatformError } from './cockpit-error.ts';
import {
  type DBusCall,
  type DBusMatch,
  type DBusService,
  type DBusSignal,
  type DBusValue,
  PlatformError,
  type Unsubscribe,
} from './platform.ts';

interface Subscription {
  readonly match: DBusMatch;
  readonly listener: (signal: DBusSignal) => void;
}

/**
 * A service as a `dbus-json3` channel of the bridge shows it.
 *
 * Signals come over a channel of their own with one match rule for all signals of the service, which is closed with the last
 * subscription, because the Python bridge neither removes a rule (`remove-match` is ignored) nor sends a signal only
 * once when two rules match it, but closing the channel ends its rules. The C bridge in turn leaves a rule in force when its
 * channel is closed, but removes it when asked to. So it is asked, then the channel is closed.
 */
export class CockpitService implements DBusService {
  readonly #open: () => CockpitDBusClient;
  readonly #client: CockpitDBusClient;
  readonly #openCalls = new Set<(error: PlatformError) => void>();
  readonly #closedListeners = new Set<(error: PlatformError) => void>();
  readonly #ownerListeners = new Set<(present: boolean) => void>();
  readonly #subscriptions = new Set<Subscription>();
  #signals: { readonly inForce: Promise<void>; readonly close: () => void } | undefined;
  #present: boolean | undefined;
  #closed: PlatformError | undefined;

  constructor(open: () => CockpitDBusClient) {
    this.#open = open;
    this.#client = open();
    this.#client.addEventListener('owner', (_event, owner) => {
      const present = owner !== null && owner !== '';
      if (present === this.#present) return;
      this.#present = present;
      for (const listener of [...this.#ownerListeners]) listener(present);
    });
    this.#client.addEventListener('close', (_event, problem) => {
      this.#end(toPlatformError({ ...problem, problem: problem.problem ?? 'disconnected' }, 'closed'));
    });
  }

  async call(call: DBusCall, options: { readonly signal?: AbortSignal } = {}): Promise<readonly DBusValue[]> {
    const values = await this.#callOn(this.#client, call, options.signal);
    assertExact(values);
    return values;
  }

  async subscribe(match: DBusMatch, listener: (signal: DBusSignal) => void): Promise<Unsubscribe> {
    if (this.#closed !== undefined) throw this.#closed;
    const subscription = { match, listener };
    const unsubscribe = (): void => {
      if (!this.#subscriptions.delete(subscription) || this.#subscriptions.size > 0) return;
      this.#signals?.close();
      this.#signals = undefined;
    };
    this.#subscriptions.add(subscription);
    this.#signals ??= this.#openSignals();
    try {
      await this.#signals.inForce;
    } catch (error) {
      unsubscribe();
      throw error;
    }
    return unsubscribe;
  }

  onOwner(listener: (present: boolean) => void): Unsubscribe {
    this.#ownerListeners.add(listener);
    if (this.#present !== undefined) listener(this.#present);
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

  #openSignals(): { readonly inForce: Promise<void>; readonly close: () => void } {
    const client = this.#open();
    const subscription = client.subscribe({}, (path, iface, member, args) => {
      this.#hear({ path, interface: iface, member, args: args as readonly DBusValue[] });
    });
    const ping = {
      path: '/',
      interface: 'org.freedesktop.DBus.Peer',
      member: 'Ping',
      signature: '',
      args: [],
    };
    // The bridge handles messages in order: once it answers a call, the rule that was sent before it is in force. A service
    // that answers a ping with an error has let the rule go ahead, too.
    const inForce = this.#callOn(client, ping).then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof PlatformError && error.kind === 'dbus')) throw error;
      },
    );
    return {
      inForce,
      close: () => {
        subscription.remove();
        client.close();
      },
    };
  }

  #hear(signal: DBusSignal): void {
    try {
      assertExact(signal.args);
    } catch (error) {
      // As the interface has it: a signal with a number that cannot be told is not told.
      if (error instanceof PlatformError) return;
      throw error;
    }
    for (const { match, listener } of [...this.#subscriptions]) {
      if (
        (match.path ?? signal.path) === signal.path &&
        (match.interface ?? signal.interface) === signal.interface &&
        (match.member ?? signal.member) === signal.member
      )
        listener(signal);
    }
  }

  #callOn(client: CockpitDBusClient, call: DBusCall, signal?: AbortSignal): Promise<readonly DBusValue[]> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#openCalls.delete(fail);
        signal?.removeEventListener('abort', onAbort);
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
      if (signal?.aborted === true) {
        onAbort();
        return;
      }
      this.#openCalls.add(fail);
      signal?.addEventListener('abort', onAbort, { once: true });
      // Without a type the bridge would introspect the service first; with it, values are sent as they are.
      client.call(call.path, call.interface, call.member, call.args, { type: call.signature }).then(
        (values) => {
          settle();
          resolve(values as readonly DBusValue[]);
        },
        (error: unknown) => {
          // A reply without a name is no reply: the C bridge gives its own failures so, as when it has lost the bus.
          fail(toPlatformError(error, 'closed'));
        },
      );
    });
  }

  #end(error: PlatformError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.#signals?.close();
    this.#signals = undefined;
    this.#subscriptions.clear();
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
