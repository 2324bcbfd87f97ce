// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReadonlyCell } from '../../engine/base/index.ts';

/** Combines several cells. Its value is the same array until one of them changes. */
export class CombinedCell<T> implements ReadonlyCell<readonly T[]> {
  readonly #cells: readonly ReadonlyCell<T>[];
  #values: readonly T[] = [];

  constructor(cells: readonly ReadonlyCell<T>[]) {
    this.#cells = cells;
  }

  readonly get = (): readonly T[] => {
    const values = this.#cells.map((cell) => cell.get());
    if (values.length !== this.#values.length || values.some((value, at) => value !== this.#values[at]))
      this.#values = values;
    return this.#values;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    const undo = this.#cells.map((cell) => cell.subscribe(listener));
    return () => {
      for (const each of undo) each();
    };
  };
}
