// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from './on-abort.ts';
import { type DBusMatch, type DBusSignal, PlatformError, type Unsubscribe } from './platform.ts';

interface Subscription {
  readonly match: DBusMatch;
  readonly listener: (signal: DBusSignal) => void;
}

/**
 * The state of a connection that both implementations of `DBusService` share: open calls, listeners, and how the connection ended.
 * Neither cockpit.js nor dbus-next always rejects open calls when the bus ends; this class does.
 */
export class DBusConnection {
  readonly #openCalls = new Set<(error: PlatformError) => void>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #ownerListeners = new Set<(present: boolean) => void>();
  readonly #closedListeners = new Set<(error: PlatformError) => void>();
  #closed: PlatformError | undefined;

  /** Why the connection has ended; undefined while it is open. */
  get closed(): PlatformError | undefined {
    return this.#closed;
  }

  get hasSubscriptions(): boolean {
    return this.#subscriptions.size > 0;
  }

  /**
   * Waits for the answer to a call until the connection ends or `signal` aborts. Rejects with a {@link PlatformError} only.
   *
   * @param member The name of the call in the error if it is cancelled.
   * @param ask Makes the call; not called if the connection has ended or `signal` is aborted already.
   * @param errorOf Converts an error of `ask`.
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

  /** Adds a listener. Returns a function that removes it and tells whether it was still there. */
  subscribe(match: DBusMatch, listener: (signal: DBusSignal) => void): () => boolean {
    const subscription = { match, listener };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  /** The listeners for such a signal. */
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

  /** Adds a listener for the owner. The caller reports the present state to it. */
  onOwner(listener: (present: boolean) => void): Unsubscribe {
    this.#ownerListeners.add(listener);
    return () => this.#ownerListeners.delete(listener);
  }

  /** Calls a listener, if it is still there. */
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

  /** Rejects the open calls and reports the end of the connection; false if it had ended before. */
  end(error: PlatformError): boolean {
    if (this.#closed !== undefined) return false;
    this.#closed = error;
    this.#subscriptions.clear();
    for (const reject of [...this.#openCalls]) reject(error);
    for (const listener of [...this.#closedListeners]) listener(error);
    return true;
  }

  /** Closes the connection without reporting it. */
  letGo(): boolean {
    this.#closedListeners.clear();
    return this.end(new PlatformError('closed', 'The connection was closed on this side'));
  }
}
