// SPDX-License-Identifier: LGPL-2.1-or-later
/** The page's side of the contract suite: it has the real platform and executes the calls of `cockpit-proxy.ts`. */
import { cockpitPlatform } from '../../src/platform/cockpit.ts';
import type { Cockpit } from '../../src/platform/cockpit-api.ts';
import {
  type DBusMatch,
  type DBusService,
  PlatformError,
  type RunOptions,
  type Unsubscribe,
} from '../../src/platform/platform.ts';
import { TextQueue } from '../../src/platform/text-queue.ts';
import type { PageSide, PageValue } from './cockpit-proxy.ts';

declare const cockpit: Cockpit;
declare global {
  interface Window {
    contract: PageSide;
    /** To the test: a call of listener number `id`. */
    heard(id: number, value: PageValue): Promise<void>;
  }
}

const platform = cockpitPlatform(cockpit);
const services = new Map<number, DBusService>();
const ends = new Map<number, Unsubscribe>();
const controllers = new Map<number, AbortController>();
const inputs = new Map<number, TextQueue>();

function service(id: number): DBusService {
  const found = services.get(id);
  if (found === undefined) throw new Error(`No service ${id}`);
  return found;
}

/** Pieces that the test sends one by one. The listener is called when no more are requested. */
function inputOf(id: number): AsyncIterable<string> {
  const queue = new TextQueue();
  inputs.set(id, queue);
  return {
    [Symbol.asyncIterator]: () => {
      const reader = queue[Symbol.asyncIterator]();
      return {
        next: () => reader.next(),
        return: () => {
          tell(id, 'enough');
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}

/** With an AbortSignal if there is a number for one. */
function signalOf(id: number | undefined): { signal?: AbortSignal } {
  return id === undefined ? {} : { signal: controllerOf(id).signal };
}

function controllerOf(id: number): AbortController {
  const controller = controllers.get(id) ?? new AbortController();
  controllers.set(id, controller);
  return controller;
}

async function settle<T>(promise: Promise<T>): Promise<Awaited<ReturnType<PageSide['call']>>> {
  try {
    return { value: (await promise) as PageValue };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const { kind, message, errorName } = error;
    return { error: { kind, message, errorName } };
  }
}

const tell = (id: number, value: PageValue): void => {
  void window.heard(id, value);
};

window.contract = {
  open: (id, bus, name) => {
    services.set(id, platform.dbus(bus, name));
  },
  call: (id, call, abort) => settle(service(id).call(call, signalOf(abort))),
  subscribe: (id, match: DBusMatch, listener) =>
    settle(
      service(id)
        .subscribe(match, (signal) => {
          tell(listener, { ...signal } as unknown as PageValue);
        })
        .then((end) => {
          ends.set(listener, end);
        }),
    ),
  onOwner: (id, listener) => {
    ends.set(
      listener,
      service(id).onOwner((present) => {
        tell(listener, present);
      }),
    );
  },
  onClosed: (id, listener) => {
    ends.set(
      listener,
      service(id).onClosed(({ kind, message }) => {
        tell(listener, { kind, message });
      }),
    );
  },
  end: (listener) => {
    ends.get(listener)?.();
  },
  close: (id) => {
    service(id).close();
  },
  run: (argv, options: RunOptions, output, abort, input) =>
    settle(
      platform.run(argv, {
        ...options,
        ...(input === undefined ? {} : { input: inputOf(input) }),
        ...signalOf(abort),
        ...(output === undefined
          ? {}
          : {
              onOutput: (text: string) => {
                tell(output, text);
              },
            }),
      }),
    ),
  input: (id, piece) => {
    if (piece === undefined) inputs.get(id)?.end();
    else inputs.get(id)?.write(piece);
  },
  connectTcp: (host, port, timeoutMilliseconds, abort) =>
    settle(platform.connectTcp(host, port, { timeoutMilliseconds, ...signalOf(abort) })),
  read: (path, options) => settle(platform.file.read(path, options)),
  abort: (id) => {
    controllerOf(id).abort();
  },
};
