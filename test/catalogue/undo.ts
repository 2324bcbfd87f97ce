// SPDX-License-Identifier: LGPL-2.1-or-later

/** What has to be taken back, the last first, whatever happened in between. */
export class Undo {
  readonly #steps: (() => Promise<unknown>)[] = [];

  /** Say it before the thing is done: half of it may be done when it fails. */
  add(step: () => Promise<unknown>): void {
    this.#steps.unshift(step);
  }

  /** Takes everything back and returns what did not go: one failure does not keep the others from being tried. */
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

/** Runs a body and then takes back what it did. Throws what the body threw, and what could not be taken back. */
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
