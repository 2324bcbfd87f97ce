// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from './on-abort.ts';
import { type DBusMatch, type DBusSignal, PlatformError, type Unsubscribe } from './platform.ts';

interface Subscription {
  readonly match: DBusMatch;
  readonly listener: (signal: DBusSignal) => void;
}

/**
 * What both implementations of `DBusService` keep of a connection: the calls that wait for an answer, who listens to what, and
 * how the connection ended. Neither cockpit.js nor dbus-next rejects an open call in every case when the bus dies; this does.
 */
export class DBusConnection {
  readonly #openCalls = new Set<(error: PlatformError) => void>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #ownerListeners = new Set<(present: boolean) => void>();
  readonly #closedListeners = new Set<(error: PlatformError) => void>();
  #closed: PlatformError | undefined;

  /** Why the connection is gone; undefined while it is not. */
  get closed(): PlatformError | undefined {
    return this.#closed;
  }

  get hasSubscriptions(): boolean {
    return this.#subscriptions.size > 0;
  }

  /**
   * Waits for the answer to a call until the connection ends or `signal` is raised. Rejects with a {@link PlatformError} only.
   *
   * @param member Names the call in the error of a cancelled one.
   * @param ask Makes the call; not called when the connection is gone or `signal` was raised already.
   * @param errorOf What `ask` was rejected with, as our error.
   */
  call<T>(
    member: string,
    ask: () => Promise<T>,
    errorOf: (error: unknown) => PlatformError,
    signal?: AbortSignal,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let unsubscribe: Unsubscribe | undefined;
      const settle = (): void => {
        this.#openCalls.delete(fail);
        unsubscribe?.();
      };
      const fail = (error: PlatformError): void => {
        settle();
        reject(error);
      };
      const cancel = (): void => {
        fail(new PlatformError('cancelled', `${member}: cancelled`));
      };
      if (this.#closed !== undefined) {
        reject(this.#closed);
        return;
      }
      if (signal?.aborted === true) {
        cancel();
        return;
      }
      this.#openCalls.add(fail);
      if (signal !== undefined) unsubscribe = onAbort(signal, cancel);
      ask().then(
        (answer) => {
          settle();
          resolve(answer);
        },
        (error: unknown) => {
          fail(errorOf(error));
        },
      );
    });
  }

  /** Adds a listener. What it gives takes the listener away, and tells whether it was still there. */
  subscribe(match: DBusMatch, listener: (signal: DBusSignal) => void): () => boolean {
    const subscription = { match, listener };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  /** Who wants to hear such a signal. */
  listenersOf({
    path,
    interface: iface,
    member,
  }: Omit<DBusSignal, 'args'>): readonly ((signal: DBusSignal) => void)[] {
    return [...this.#subscriptions]
      .filter(
        ({ match }) =>
          (match.path ?? path) === path &&
          (match.interface ?? iface) === iface &&
          (match.member ?? member) === member,
      )
      .map(({ listener }) => listener);
  }

  /** Adds a listener for the owner; whoever asks tells it the present state. */
  onOwner(listener: (present: boolean) => void): Unsubscribe {
    this.#ownerListeners.add(listener);
    return () => this.#ownerListeners.delete(listener);
  }

  /** Tells a listener, if it still listens. */
  tellOwnerTo(listener: (present: boolean) => void, present: boolean): void {
    if (this.#ownerListeners.has(listener)) listener(present);
  }

  tellOwner(present: boolean): void {
    for (const listener of [...this.#ownerListeners]) listener(present);
  }

  onClosed(listener: (error: PlatformError) => void): Unsubscribe {
    if (this.#closed === undefined) this.#closedListeners.add(listener);
    else listener(this.#closed);
    return () => this.#closedListeners.delete(listener);
  }

  /** Rejects the open calls and tells that the connection is gone; false if it was gone before. */
  end(error: PlatformError): boolean {
    if (this.#closed !== undefined) return false;
    this.#closed = error;
    this.#subscriptions.clear();
    for (const reject of [...this.#openCalls]) reject(error);
    for (const listener of [...this.#closedListeners]) listener(error);
    return true;
  }

  /** Ends at our own wish, of which nobody is told. */
  letGo(): boolean {
    this.#closedListeners.clear();
    return this.end(new PlatformError('closed', 'The connection was closed on this side'));
  }
}
