// SPDX-License-Identifier: LGPL-2.1-or-later
/** A value that can be read and subscribed to (React: useSyncExternalStore). */
export interface ReadonlyCell<T> {
  readonly get: () => T;
  /** Calls the listener after each change. Returns a function that unsubscribes. */
  readonly subscribe: (listener: () => void) => () => void;
}

/**
 * A value that notifies its listeners when it is replaced. Values are never mutated, so identity tells whether something changed.
 */
export class Cell<T> implements ReadonlyCell<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  readonly get = (): T => this.#value;

  readonly set = (value: T): void => {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  };

  readonly update = (change: (value: T) => T): void => {
    this.set(change(this.#value));
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
