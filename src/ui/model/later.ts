// SPDX-License-Identifier: LGPL-2.1-or-later
import { Cell, type ReadonlyCell } from '../../engine/base/index.ts';

/** The state of a part of the page that is a script of its own. */
export type LaterState<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'loaded'; readonly value: T }
  /** The host is gone, or the page was updated, so that its scripts have new names. */
  | { readonly kind: 'failed'; readonly error: Error };

/** A part of the page that the list does not need. */
export interface LaterModel<T> {
  readonly state: ReadonlyCell<LaterState<T>>;
  /** Loads it once; again after a failure. Does not reject: the state shows the result. */
  load(): Promise<void>;
}

/** Loads a part once, when it is first needed. */
export class Later<T> implements LaterModel<T> {
  readonly #import: () => Promise<T>;
  readonly #state = new Cell<LaterState<T>>({ kind: 'waiting' });
  #loading: Promise<void> | undefined;

  constructor(load: () => Promise<T>) {
    this.#import = load;
  }

  get state(): ReadonlyCell<LaterState<T>> {
    return this.#state;
  }

  load(): Promise<void> {
    this.#loading ??= this.#import().then(
      (value) => {
        this.#state.set({ kind: 'loaded', value });
      },
      (error: unknown) => {
        this.#loading = undefined;
        this.#state.set({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
    return this.#loading;
  }
}
