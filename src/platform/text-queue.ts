// SPDX-License-Identifier: LGPL-2.1-or-later
/** A queue of text with one reader. */
export class TextQueue implements AsyncIterable<string> {
  #text = '';
  #ended = false;
  /** Resumes a reader that waits. */
  #wake: () => void = () => undefined;

  /** Adds text. After the end, it is discarded. */
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
      // Ends reading; also releases a waiting reader.
      return: () => {
        this.#text = '';
        this.end();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}
