// SPDX-License-Identifier: LGPL-2.1-or-later
/** Something whose present value can be read and whose changes can be heard (React: useSyncExternalStore). */
export interface ReadonlyCell<T> {
  readonly get: () => T;
  /** Calls the listener after each change; returns the undo. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A value that tells when it is replaced. Values are never mutated, so identity says whether something changed. */
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
