// SPDX-License-Identifier: LGPL-2.1-or-later

/** Functions that undo what was made, called in reverse order, whatever happens. */
export class Undo {
  readonly #steps: (() => Promise<unknown>)[] = [];

  /** Call it before the action, because an action may fail halfway. */
  add(step: () => Promise<unknown>): void {
    this.#steps.unshift(step);
  }

  /** Undoes everything and returns the failures. One failure does not prevent the others. */
  async run(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0)) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}

/** Runs a function and then undoes what it did. Throws its error and the failures to undo. */
export async function undoing(body: (undo: Undo) => Promise<void>): Promise<void> {
  const undo = new Undo();
  const failures: unknown[] = [];
  try {
    await body(undo);
  } catch (error) {
    failures.push(error);
  }
  failures.push(...(await undo.run()));
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('\n'));
  if (failures.length === 1) throw failures[0];
}
