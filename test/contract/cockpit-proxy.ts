// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Page } from 'playwright-core';
import { onAbort } from '../../src/platform/on-abort.ts';
import {
  type BusName,
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
} from '../../src/platform/platform.ts';

/** Values between the page and the test. */
export type PageValue =
  | string
  | number
  | boolean
  | undefined
  | readonly PageValue[]
  | { readonly [key: string]: PageValue };

interface Settled {
  readonly value?: PageValue;
  readonly error?: {
    readonly kind: PlatformErrorKind;
    readonly message: string;
    readonly errorName: string | undefined;
  };
}

/** The page's `window.contract`. Services, listeners and AbortSignals are identified by numbers. */
export interface PageSide {
  open(id: number, bus: BusName, name: string): void;
  call(id: number, call: DBusCall, abort?: number): Promise<Settled>;
  subscribe(id: number, match: DBusMatch, listener: number): Promise<Settled>;
  onOwner(id: number, listener: number): void;
  onClosed(id: number, listener: number): void;
  end(listener: number): void;
  close(id: number): void;
  run(
    argv: readonly string[],
    options: RunOptions,
    output?: number,
    abort?: number,
    input?: number,
  ): Promise<Settled>;
  /** A piece of the input of a program; without one, its end. */
  input(id: number, piece?: string): void;
  connectTcp(host: string, port: number, timeoutMilliseconds: number, abort?: number): Promise<Settled>;
  read(path: string, options?: { readonly superuser?: 'require' | 'try' }): Promise<Settled>;
  abort(id: number): void;
}

/** A proxy of the platform in a page, so that one suite tests all platforms. */
export class CockpitProxy implements Platform {
  readonly #page: Page;
  readonly #listeners = new Map<number, (value: PageValue) => void>();
  #last = 0;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** The page must have loaded `cockpit-page.ts`. */
  static async connect(page: Page): Promise<CockpitProxy> {
    const proxy = new CockpitProxy(page);
    await page.exposeFunction('heard', (id: number, value: PageValue) => proxy.#listeners.get(id)?.(value));
    return proxy;
  }

  /** Calls a method of {@link PageSide}; the page does the calls in the order they were made here. */
  async ask<Name extends keyof PageSide>(
    name: Name,
    ...args: Parameters<PageSide[Name]>
  ): Promise<PageValue> {
    const settled = (await this.#page.evaluate(
      ([method, values]) =>
        (window.contract[method] as (...values: unknown[]) => unknown)(
          ...values.map((each) => each ?? undefined),
        ),
      [name, args.map((each: unknown) => each ?? null)] as const,
    )) as Settled | undefined;
    if (settled?.error !== undefined) {
      const { kind, message, errorName } = settled.error;
      throw new PlatformError(kind, message, errorName === undefined ? {} : { errorName });
    }
    return settled?.value;
  }

  /** Calls without waiting for an answer. A closed page has already ended everything. */
  #tell<Name extends keyof PageSide>(name: Name, ...args: Parameters<PageSide[Name]>): void {
    this.ask(name, ...args).catch((error: unknown) => {
      if (!this.#page.isClosed()) throw error;
    });
  }

  listen(listener: (value: PageValue) => void): number {
    this.#last += 1;
    this.#listeners.set(this.#last, listener);
    return this.#last;
  }

  #abortable(signal: AbortSignal | undefined): number | undefined {
    if (signal === undefined) return undefined;
    this.#last += 1;
    const id = this.#last;
    const abort = (): void => {
      this.#tell('abort', id);
    };
    // Before the call, which then finds it aborted.
    if (signal.aborted) abort();
    else onAbort(signal, abort);
    return id;
  }

  dbus(bus: BusName, name: string): DBusService {
    this.#last += 1;
    const id = this.#last;
    this.#tell('open', id, bus, name);
    const unsubscribe =
      (listener: number): Unsubscribe =>
      () => {
        this.#tell('end', listener);
      };
    return {
      call: async (call, { signal } = {}) =>
        (await this.ask('call', id, call, this.#abortable(signal))) as readonly DBusValue[],
      subscribe: async (match, listener) => {
        const number = this.listen((value) => {
          listener(value as unknown as DBusSignal);
        });
        await this.ask('subscribe', id, match, number);
        return unsubscribe(number);
      },
      onOwner: (listener) => {
        const number = this.listen((value) => {
          listener(value === true);
        });
        this.#tell('onOwner', id, number);
        return unsubscribe(number);
      },
      onClosed: (listener) => {
        const number = this.listen((value) => {
          const { kind, message } = value as { kind: PlatformErrorKind; message: string };
          listener(new PlatformError(kind, message));
        });
        this.#tell('onClosed', id, number);
        return unsubscribe(number);
      },
      close: () => {
        this.#tell('close', id);
      },
    };
  }

  async run(
    argv: readonly string[],
    { onOutput, signal, input, ...options }: RunOptions = {},
  ): Promise<RunResult> {
    const output =
      onOutput === undefined
        ? undefined
        : this.listen((text) => {
            onOutput(text as string);
          });
    const pieces = typeof input === 'object' ? input[Symbol.asyncIterator]() : undefined;
    const feeding = pieces === undefined ? undefined : this.listen(() => void pieces.return?.());
    const ended = this.ask(
      'run',
      argv,
      typeof input === 'string' ? { ...options, input } : options,
      output,
      this.#abortable(signal),
      feeding,
    );
    if (pieces !== undefined && feeding !== undefined) void this.#feed(feeding, pieces);
    return (await ended) as unknown as RunResult;
  }

  async #feed(id: number, pieces: AsyncIterator<string>): Promise<void> {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next())
      this.#tell('input', id, next.value);
    this.#tell('input', id);
  }

  async connectTcp(
    host: string,
    port: number,
    { timeoutMilliseconds, signal }: { readonly timeoutMilliseconds: number; readonly signal?: AbortSignal },
  ): Promise<TcpOutcome> {
    const answer = await this.ask('connectTcp', host, port, timeoutMilliseconds, this.#abortable(signal));
    return answer as unknown as TcpOutcome;
  }

  readonly file = {
    read: async (
      path: string,
      options: { readonly superuser?: 'require' | 'try' } = {},
    ): Promise<string | undefined> => (await this.ask('read', path, options)) as string | undefined,
  };
}
