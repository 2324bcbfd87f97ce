// SPDX-License-Identifier: LGPL-2.1-or-later
import type { CockpitDBusClient } from './cockpit-api.ts';
import { toPlatformError } from './cockpit-error.ts';
import { DBusConnection } from './dbus-connection.ts';
import {
  type DBusCall,
  type DBusMatch,
  type DBusService,
  type DBusSignal,
  type DBusValue,
  PlatformError,
  type Unsubscribe,
} from './platform.ts';

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
  readonly #connection = new DBusConnection();
  #signals: { readonly inForce: Promise<void>; readonly close: () => void } | undefined;
  #present: boolean | undefined;

  constructor(open: () => CockpitDBusClient) {
    this.#open = open;
    this.#client = open();
    this.#client.addEventListener('owner', (_event, owner) => {
      const present = owner !== null && owner !== '';
      if (present === this.#present) return;
      this.#present = present;
      this.#connection.tellOwner(present);
    });
    this.#client.addEventListener('close', (_event, problem) => {
      const error = toPlatformError({ ...problem, problem: problem.problem ?? 'disconnected' }, 'closed');
      if (this.#connection.end(error)) this.#closeSignals();
    });
  }

  async call(call: DBusCall, options: { readonly signal?: AbortSignal } = {}): Promise<readonly DBusValue[]> {
    const values = await this.#callOn(this.#client, call, options.signal);
    assertExact(values);
    return values;
  }

  async subscribe(match: DBusMatch, listener: (signal: DBusSignal) => void): Promise<Unsubscribe> {
    if (this.#connection.closed !== undefined) throw this.#connection.closed;
    const remove = this.#connection.subscribe(match, listener);
    const unsubscribe = (): void => {
      if (remove() && !this.#connection.hasSubscriptions) this.#closeSignals();
    };
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
    const undo = this.#connection.onOwner(listener);
    if (this.#present !== undefined) listener(this.#present);
    return undo;
  }

  onClosed(listener: (error: PlatformError) => void): Unsubscribe {
    return this.#connection.onClosed(listener);
  }

  close(): void {
    if (this.#connection.letGo()) this.#closeSignals();
    this.#client.close();
  }

  #closeSignals(): void {
    this.#signals?.close();
    this.#signals = undefined;
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
    for (const listener of this.#connection.listenersOf(signal)) listener(signal);
  }

  #callOn(client: CockpitDBusClient, call: DBusCall, signal?: AbortSignal): Promise<readonly DBusValue[]> {
    return this.#connection.call(
      call.member,
      // Without a type the bridge would introspect the service first; with it, values are sent as they are.
      async () =>
        (await client.call(call.path, call.interface, call.member, call.args, {
          type: call.signature,
        })) as readonly DBusValue[],
      // A reply without a name is no reply: the C bridge gives its own failures so, as when it has lost the bus.
      (error) => toPlatformError(error, 'closed'),
      signal,
    );
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
