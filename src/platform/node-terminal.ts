// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReadStream, WriteStream } from 'node:tty';
import { onAbort } from './on-abort.ts';

/** What a terminal has to have, so that a test can be one. */
export interface TerminalInput extends Pick<ReadStream, 'isTTY' | 'setRawMode'> {
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const [interrupt, endOfInput, escape] = ['\u0003', '\u0004', '\u001b'];
const [backspace, deletion, eraseLine] = ['\b', '\u007f', '\u0015'];

/**
 * Asks questions on a terminal, one at a time. A hidden answer is read in raw mode, so that nothing of it is shown, not even its length;
 * what was typed ahead of a question is kept for it.
 */
export class NodeTerminal {
  readonly #input: TerminalInput;
  readonly #output: Pick<WriteStream, 'write'>;
  #typed = '';
  #ended = false;
  #listening = false;
  #wake: () => void = () => undefined;

  constructor(input: TerminalInput, output: Pick<WriteStream, 'write'>) {
    this.#input = input;
    this.#output = output;
  }

  /** False in a pipe: then nobody can be asked. */
  get isTerminal(): boolean {
    return this.#input.isTTY;
  }

  /** The line that was typed; undefined after Ctrl-C or Ctrl-D in place of one, at the end of the input, or when the signal is raised. */
  async ask(
    question: string,
    { hidden, signal }: { readonly hidden: boolean; readonly signal: AbortSignal },
  ): Promise<string | undefined> {
    this.#listen();
    const forget = onAbort(signal, () => {
      this.#wake();
    });
    if (hidden) this.#input.setRawMode(true);
    this.#output.write(question);
    this.#input.resume();
    try {
      return hidden ? await this.#readHidden(signal) : await this.#readLine(signal);
    } finally {
      if (hidden) {
        this.#input.setRawMode(false);
        this.#output.write('\n');
      }
      this.#input.pause();
      forget();
    }
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#input.setEncoding('utf8');
    this.#input.on('data', (text) => {
      this.#typed += text;
      this.#wake();
    });
    this.#input.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** The terminal itself lets the line be edited, and sends it when it is whole. */
  async #readLine(signal: AbortSignal): Promise<string | undefined> {
    for (;;) {
      const at = this.#typed.search(/[\r\n]/);
      if (at >= 0) {
        const line = this.#typed.slice(0, at);
        this.#typed = this.#typed.slice(at + 1);
        return line;
      }
      if (!(await this.#more(signal))) return undefined;
    }
  }

  async #readHidden(signal: AbortSignal): Promise<string | undefined> {
    let line: string[] = [];
    for (;;) {
      const [character] = Array.from(this.#typed);
      if (character === undefined) {
        if (!(await this.#more(signal))) return undefined;
        continue;
      }
      this.#typed = this.#typed.slice(character.length);
      if (character === '\r' || character === '\n') return line.join('');
      if (character === interrupt || (character === endOfInput && line.length === 0)) return undefined;
      if (character === backspace || character === deletion) line.pop();
      else if (character === eraseLine) line = [];
      else if (character === escape) this.#typed = this.#typed.replace(/^\[[\d;]*[A-Za-z~]/, '');
      else line.push(character);
    }
  }

  /** Waits for more; false if there will be none. */
  async #more(signal: AbortSignal): Promise<boolean> {
    if (this.#isOver(signal)) return false;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return this.#typed !== '' || !this.#isOver(signal);
  }

  #isOver(signal: AbortSignal): boolean {
    return this.#ended || signal.aborted;
  }
}
