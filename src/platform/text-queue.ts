// SPDX-License-Identifier: LGPL-2.1-or-later
/** Text that is written in one place and read piece by piece in another, by one reader. */
export class TextQueue implements AsyncIterable<string> {
  #text = '';
  #ended = false;
  /** Resumes a reader that waits. */
  #wake: () => void = () => undefined;

  /** Adds text; after the end it goes nowhere. */
  write(text: string): void {
    if (this.#ended) return;
    this.#text += text;
    this.#wake();
  }

  /** Nothing more will be written. What was written before is still read. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return {
      next: async () => {
        while (this.#text === '' && !this.#ended) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        const value = this.#text;
        this.#text = '';
        return value === '' ? { done: true, value: undefined } : { done: false, value };
      },
      // The reader wants no more: one that waits at the moment is let go, too.
      return: () => {
        this.#text = '';
        this.end();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}
