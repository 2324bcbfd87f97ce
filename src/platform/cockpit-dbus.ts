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
 * A service, over a `dbus-json3` channel of the bridge.
 *
 * Signals use a channel of their own, with one match rule for all signals of the service. It is closed with the last subscription:
 * the Python bridge ignores `remove-match` and sends a signal twice if two rules match it, but closing the channel ends its rules.
 * The C bridge keeps a rule when its channel is closed, but obeys `remove-match`. So the rule is removed, then the channel is
 * closed.
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
    // The bridge handles messages in order: when it answers a call, the rule that was sent before is active, even if the answer is
    // an error.
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
      // As the interface says: a signal with a number that cannot be represented is skipped.
      if (error instanceof PlatformError) return;
      throw error;
    }
    for (const listener of this.#connection.listenersOf(signal)) listener(signal);
  }

  #callOn(client: CockpitDBusClient, call: DBusCall, signal?: AbortSignal): Promise<readonly DBusValue[]> {
    return this.#connection.call(
      call.member,
      // Without a type, the bridge would introspect the service first. With it, values are sent unchanged.
      async () =>
        (await client.call(call.path, call.interface, call.member, call.args, {
          type: call.signature,
        })) as readonly DBusValue[],
      // An error without a name is not a reply: the C bridge reports its own failures so, such as a lost bus.
      (error) => toPlatformError(error, 'closed'),
      signal,
    );
  }
}

/** JSON carries every integer as a number. One that a number cannot represent exactly was changed. */
function assertExact(value: unknown): void {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new PlatformError('protocol', `${value} is too large for a number`);
  } else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) assertExact(each);
  }
}
