// SPDX-License-Identifier: LGPL-2.1-or-later
import { Message, type MessageBus, MessageType, sessionBus } from 'dbus-next';
import { DBusConnection } from './dbus-connection.ts';
import { toDBusError } from './dbus-error.ts';
import { fromWire, toWire } from './dbus-wire.ts';
import {
  type DBusCall,
  type DBusMatch,
  type DBusService,
  type DBusSignal,
  type DBusValue,
  PlatformError,
  type Unsubscribe,
} from './platform.ts';

const daemon = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
};

/** Two methods of dbus-next's bus that its types do not declare. */
interface RawBus {
  on(event: 'message', listener: (message: Message) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'connect', listener: () => void): void;
  readonly _connection?: { readonly stream?: { on(event: 'close' | 'error', listener: () => void): void } };
}

/** A match rule on the bus, with the number of its subscriptions. */
interface Rule {
  users: number;
  readonly inForce: Promise<unknown>;
}

/**
 * A service on a bus, by dbus-next's low-level calls. Adds what dbus-next 0.10.2 lacks: open calls are rejected when the bus ends
 * (it leaves them pending forever), and match rules are counted and removed (it never removes one, because `removeMatch` swaps the
 * arguments of hasOwnProperty).
 */
export class DBusNextService implements DBusService {
  readonly #service: string;
  readonly #bus: MessageBus;
  readonly #connected: Promise<void>;
  readonly #connection = new DBusConnection();
  readonly #rules = new Map<string, Rule>();
  #owner: Promise<string | undefined> | undefined;
  #ownerName: string | undefined;
  #ownerHeard = false;

  constructor(address: string, service: string) {
    this.#service = service;
    this.#bus = sessionBus({ busAddress: address });
    // dbus-next's function for the session bus takes any address.
    const raw = this.#bus as unknown as RawBus;
    this.#connected = new Promise((resolve) => {
      raw.on('connect', resolve);
    });
    raw.on('error', (error) => {
      this.#connection.end(new PlatformError('closed', error.message, { cause: error }));
    });
    raw._connection?.stream?.on('close', () => {
      this.#connection.end(new PlatformError('closed', 'The message bus closed the connection'));
    });
    raw.on('message', (message) => {
      this.#hear(message);
    });
  }

  async call(call: DBusCall, options: { readonly signal?: AbortSignal } = {}): Promise<readonly DBusValue[]> {
    const { signature, body } = await this.#send(
      call.member,
      () =>
        new Message({
          destination: this.#service,
          path: call.path,
          interface: call.interface,
          member: call.member,
          signature: call.signature,
          body: toWire(call.signature, call.args),
        }),
      options.signal,
    );
    return fromWire(signature, body as readonly unknown[]);
  }

  async subscribe(match: DBusMatch, listener: (signal: DBusSignal) => void): Promise<Unsubscribe> {
    if (this.#connection.closed !== undefined) throw this.#connection.closed;
    await this.#followOwner();
    const rule = signalRule(this.#service, match);
    await this.#addRule(rule);
    const remove = this.#connection.subscribe(match, listener);
    return () => {
      if (remove()) this.#removeRule(rule);
    };
  }

  onOwner(listener: (present: boolean) => void): Unsubscribe {
    const undo = this.#connection.onOwner(listener);
    this.#followOwner().then(
      (owner) => {
        this.#connection.tellOwnerTo(listener, owner !== undefined);
      },
      // onClosed and every call report a bus that does not answer.
      () => undefined,
    );
    return undo;
  }

  onClosed(listener: (error: PlatformError) => void): Unsubscribe {
    return this.#connection.onClosed(listener);
  }

  close(): void {
    this.#connection.letGo();
    this.#bus.disconnect();
  }

  #ask(member: string, body: readonly string[]): Promise<Message> {
    return this.#send(member, () => new Message({ ...daemon, member, signature: 's', body: [...body] }));
  }

  #send(member: string, make: () => Message, signal?: AbortSignal): Promise<Message> {
    return this.#connection.call(
      member,
      async () => {
        await this.#connected;
        const reply = await this.#bus.call(make());
        if (reply === null) throw new PlatformError('protocol', 'The call has no reply');
        return reply;
      },
      errorOf,
      signal,
    );
  }

  #followOwner(): Promise<string | undefined> {
    this.#owner ??= (async (): Promise<string | undefined> => {
      await this.#addRule(
        `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${this.#service}'`,
      );
      try {
        const reply = await this.#ask('GetNameOwner', [this.#service]);
        // A change right after the answer was handled before this runs.
        if (!this.#ownerHeard) this.#ownerName = String(reply.body[0]);
      } catch (error) {
        if (!(error instanceof PlatformError && error.kind === 'not-found')) throw error;
      }
      return this.#ownerName;
    })();
    return this.#owner;
  }

  #hear(message: Message): void {
    if (message.type !== MessageType.SIGNAL) return;
    if (message.sender === daemon.destination && message.member === 'NameOwnerChanged') {
      const [name, , owner] = message.body as readonly unknown[];
      if (name !== this.#service) return;
      this.#ownerHeard = true;
      this.#ownerName = typeof owner !== 'string' || owner === '' ? undefined : owner;
      this.#connection.tellOwner(owner !== '');
      return;
    }
    if (message.sender !== this.#ownerName) return;
    const listeners = this.#connection.listenersOf(message);
    if (listeners.length === 0) return;
    const signal = signalOf(message);
    if (signal !== undefined) for (const listener of listeners) listener(signal);
  }

  async #addRule(text: string): Promise<void> {
    const rule = this.#rules.get(text) ?? { users: 0, inForce: this.#ask('AddMatch', [text]) };
    this.#rules.set(text, rule);
    rule.users += 1;
    try {
      await rule.inForce;
    } catch (error) {
      this.#rules.delete(text);
      throw error;
    }
  }

  #removeRule(text: string): void {
    const rule = this.#rules.get(text);
    if (rule === undefined) return;
    rule.users -= 1;
    if (rule.users > 0) return;
    this.#rules.delete(text);
    this.#ask('RemoveMatch', [text]).catch(() => {
      // Removing the rule fails only if the bus has ended, and then it has no rules.
    });
  }
}

/** The signal; undefined if it has a number that cannot be represented: then the interface says to skip it. */
function signalOf({ path, interface: iface, member, signature, body }: Message): DBusSignal | undefined {
  try {
    return { path, interface: iface, member, args: fromWire(signature, body as readonly unknown[]) };
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

function signalRule(service: string, match: DBusMatch): string {
  const parts = [`type='signal'`, `sender='${service}'`];
  if (match.path !== undefined) parts.push(`path='${match.path}'`);
  if (match.interface !== undefined) parts.push(`interface='${match.interface}'`);
  if (match.member !== undefined) parts.push(`member='${match.member}'`);
  return parts.join(',');
}

/** dbus-next reports an error reply as an Error with `type` (the D-Bus name) and `text`. */
function errorOf(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  if (error instanceof Error && 'type' in error && typeof error.type === 'string') {
    const text = 'text' in error && typeof error.text === 'string' ? error.text : error.message;
    return toDBusError(error.type, text, error);
  }
  // Errors of dbus-next itself: a value that does not fit its type, an invalid name or path.
  return new PlatformError('protocol', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
