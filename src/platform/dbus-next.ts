// SPDX-License-Identifier: LGPL-2.1-or-later
import { Message, type MessageBus, MessageType, sessionBus, Variant as WireVariant } from 'dbus-next';
import {
  type DBusCall,
  type DBusMatch,
  type DBusService,
  type DBusSignal,
  type DBusValue,
  PlatformError,
  type Unsubscribe,
  type Variant,
} from './platform.ts';

const daemon = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
};

/** The two methods of dbus-next's bus that are used and that its types do not declare. */
interface RawBus {
  on(event: 'message', listener: (message: Message) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'connect', listener: () => void): void;
  readonly _connection?: { readonly stream?: { on(event: 'close' | 'error', listener: () => void): void } };
}

interface Subscription {
  readonly match: DBusMatch;
  readonly listener: (signal: DBusSignal) => void;
}

/**
 * A service on a bus, by dbus-next's low-level calls. What dbus-next 0.10.2 does not do is done here: open calls are
 * rejected when the bus dies (it leaves them pending for ever), and match rules are counted and removed (it never removes
 * one: its `removeMatch` bookkeeping has the arguments of hasOwnProperty swapped).
 */
export class DBusNextService implements DBusService {
  readonly #service: string;
  readonly #bus: MessageBus;
  readonly #connected: Promise<void>;
  readonly #openCalls = new Set<(error: PlatformError) => void>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #rules = new Map<string, number>();
  readonly #ownerListeners = new Set<(present: boolean) => void>();
  readonly #closedListeners = new Set<(error: PlatformError) => void>();
  #owner: Promise<string | undefined> | undefined;
  #ownerName: string | undefined;
  #closed: PlatformError | undefined;

  constructor(address: string, service: string) {
    this.#service = service;
    this.#bus = sessionBus({ busAddress: address });
    // dbus-next gives the session bus's class for any address.
    const raw = this.#bus as unknown as RawBus;
    this.#connected = new Promise((resolve) => {
      raw.on('connect', resolve);
    });
    raw.on('error', (error) => {
      this.#end(new PlatformError('closed', error.message, { cause: error }));
    });
    raw._connection?.stream?.on('close', () => {
      this.#end(new PlatformError('closed', 'The message bus closed the connection'));
    });
    raw.on('message', (message) => {
      this.#hear(message);
    });
  }

  async call(call: DBusCall, options: { readonly signal?: AbortSignal } = {}): Promise<readonly DBusValue[]> {
    const message = new Message({
      destination: this.#service,
      path: call.path,
      interface: call.interface,
      member: call.member,
      signature: call.signature,
      body: toWire(call.signature, call.args),
    });
    const reply = await this.#send(message, options.signal);
    return fromWire(reply);
  }

  async subscribe(match: DBusMatch, listener: (signal: DBusSignal) => void): Promise<Unsubscribe> {
    await this.#followOwner();
    const rule = ruleOf(this.#service, match);
    await this.#addRule(rule);
    const subscription = { match, listener };
    this.#subscriptions.add(subscription);
    return () => {
      if (!this.#subscriptions.delete(subscription)) return;
      this.#removeRule(rule);
    };
  }

  onOwner(listener: (present: boolean) => void): Unsubscribe {
    this.#ownerListeners.add(listener);
    this.#followOwner().then(
      (owner) => {
        if (this.#ownerListeners.has(listener)) listener(owner !== undefined);
      },
      // A bus that cannot be asked is told by onClosed and by every call.
      () => undefined,
    );
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
    this.#bus.disconnect();
  }

  #end(error: PlatformError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    for (const reject of [...this.#openCalls]) reject(error);
    for (const listener of [...this.#closedListeners]) listener(error);
  }

  #send(message: Message, signal?: AbortSignal): Promise<Message> {
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
        fail(new PlatformError('cancelled', `${message.member}: cancelled`));
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
      this.#connected
        .then(() => this.#bus.call(message))
        .then(
          (reply) => {
            settle();
            if (reply === null) reject(new PlatformError('protocol', `${message.member}: no reply`));
            else resolve(reply);
          },
          (error: unknown) => {
            fail(errorOf(error));
          },
        );
    });
  }

  #followOwner(): Promise<string | undefined> {
    this.#owner ??= (async (): Promise<string | undefined> => {
      await this.#addRule(
        `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${this.#service}'`,
      );
      try {
        const reply = await this.#send(
          new Message({ ...daemon, member: 'GetNameOwner', signature: 's', body: [this.#service] }),
        );
        this.#ownerName = String(reply.body[0]);
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
      this.#ownerName = typeof owner !== 'string' || owner === '' ? undefined : owner;
      for (const listener of [...this.#ownerListeners]) listener(owner !== '');
      return;
    }
    if (message.sender !== this.#ownerName) return;
    const heard = [...this.#subscriptions].filter(
      ({ match }) =>
        (match.path === undefined || match.path === message.path) &&
        (match.interface === undefined || match.interface === message.interface) &&
        (match.member === undefined || match.member === message.member),
    );
    if (heard.length === 0) return;
    const signal = {
      path: message.path,
      interface: message.interface,
      member: message.member,
      args: fromWire(message),
    };
    for (const { listener } of heard) listener(signal);
  }

  async #addRule(rule: string): Promise<void> {
    const count = this.#rules.get(rule) ?? 0;
    this.#rules.set(rule, count + 1);
    if (count === 0)
      await this.#send(new Message({ ...daemon, member: 'AddMatch', signature: 's', body: [rule] }));
  }

  #removeRule(rule: string): void {
    const count = (this.#rules.get(rule) ?? 1) - 1;
    if (count > 0) {
      this.#rules.set(rule, count);
      return;
    }
    this.#rules.delete(rule);
    this.#send(new Message({ ...daemon, member: 'RemoveMatch', signature: 's', body: [rule] })).catch(() => {
      // Only a dead bus does not take the rule back, and it has none any longer.
    });
  }
}

function ruleOf(service: string, match: DBusMatch): string {
  const parts = [`type='signal'`, `sender='${service}'`];
  if (match.path !== undefined) parts.push(`path='${match.path}'`);
  if (match.interface !== undefined) parts.push(`interface='${match.interface}'`);
  if (match.member !== undefined) parts.push(`member='${match.member}'`);
  return parts.join(',');
}

const missing = new Set([
  'org.freedesktop.DBus.Error.ServiceUnknown',
  'org.freedesktop.DBus.Error.NameHasNoOwner',
  'org.freedesktop.DBus.Error.Spawn.ServiceNotFound',
]);

/** dbus-next gives an error reply as an Error with `type` (the D-Bus name) and `text`. */
function errorOf(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  if (error instanceof Error && 'type' in error && typeof error.type === 'string') {
    const text = 'text' in error && typeof error.text === 'string' ? error.text : error.message;
    const options = { cause: error, errorName: error.type };
    if (missing.has(error.type)) return new PlatformError('not-found', text, options);
    if (error.type === 'org.freedesktop.DBus.Error.AccessDenied')
      return new PlatformError('access-denied', text, options);
    // "Message recipient disconnected from message bus without replying": the service died with our call.
    if (error.type === 'org.freedesktop.DBus.Error.NoReply')
      return new PlatformError('closed', text, options);
    return new PlatformError('dbus', text, options);
  }
  return new PlatformError('failed', String(error), { cause: error });
}

interface TypeNode {
  readonly type: string;
  readonly child: readonly TypeNode[];
}

/** The complete types of a signature: `sa{sv}` -> `s`, `a{sv}`. */
function typesOf(signature: string): TypeNode[] {
  let at = 0;
  const next = (): TypeNode => {
    const type = signature.charAt(at);
    at += 1;
    if (type === 'a') return { type, child: [next()] };
    if (type === '(' || type === '{') {
      const end = type === '(' ? ')' : '}';
      const child: TypeNode[] = [];
      while (signature.charAt(at) !== end) {
        if (at >= signature.length) throw new PlatformError('protocol', `Bad signature ${signature}`);
        child.push(next());
      }
      at += 1;
      return { type, child };
    }
    if (!'ybnqiuxtdsogv'.includes(type) || type === '')
      throw new PlatformError('protocol', `Bad signature ${signature}`);
    return { type, child: [] };
  };
  const types: TypeNode[] = [];
  while (at < signature.length) types.push(next());
  return types;
}

function toWire(signature: string, args: readonly DBusValue[]): unknown[] {
  const types = typesOf(signature);
  if (types.length !== args.length)
    throw new PlatformError('protocol', `${signature}: ${args.length} arguments`);
  return types.map((type, index) => valueToWire(type, args[index] ?? ''));
}

function valueToWire(node: TypeNode, value: DBusValue): unknown {
  const [first, second] = node.child;
  switch (node.type) {
    case 'x':
    case 't':
      return BigInt(value as number);
    case 'v': {
      const { t, v } = value as Variant;
      return new WireVariant(t, toWire(t, [v])[0]);
    }
    case 'a':
      if (first?.type === 'y') return Buffer.from(value as string, 'base64');
      if (first?.type === '{') {
        const inner = first.child[1];
        return Object.fromEntries(
          Object.entries(value).map(([key, each]: [string, DBusValue]) => [
            key,
            inner === undefined ? each : valueToWire(inner, each),
          ]),
        );
      }
      return first === undefined
        ? []
        : (value as readonly DBusValue[]).map((each) => valueToWire(first, each));
    case '(':
      return (value as readonly DBusValue[]).map((each, index) =>
        valueToWire(node.child[index] ?? second ?? node, each),
      );
    default:
      return value;
  }
}

function fromWire(message: Message): readonly DBusValue[] {
  const types = typesOf(message.signature);
  return types.map((type, index) => valueFromWire(type, message.body[index]));
}

function valueFromWire(node: TypeNode, value: unknown): DBusValue {
  const [first] = node.child;
  switch (node.type) {
    case 'x':
    case 't': {
      const number = Number(value);
      if (!Number.isSafeInteger(number))
        throw new PlatformError('protocol', `${String(value)} is too large for a number`);
      return number;
    }
    case 'v': {
      const { signature, value: inner } = value as { readonly signature: string; readonly value: unknown };
      return { t: signature, v: valueFromWire(typesOf(signature)[0] ?? node, inner) };
    }
    case 'a':
      if (first?.type === 'y') return Buffer.from(value as Uint8Array).toString('base64');
      if (first?.type === '{') {
        const inner = first.child[1] ?? first;
        return Object.fromEntries(
          Object.entries(value as Record<string, unknown>).map(([key, each]) => [
            key,
            valueFromWire(inner, each),
          ]),
        );
      }
      return (value as readonly unknown[]).map((each) => valueFromWire(first ?? node, each));
    case '(':
      return (value as readonly unknown[]).map((each, index) =>
        valueFromWire(node.child[index] ?? node, each),
      );
    default:
      return value as string | number | boolean;
  }
}
