// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../engine/base/index.ts';
import { type CliEnvironment, messageText, print, stripControlCharacters } from './environment.ts';
import { textLines } from './trust-text.ts';

/** An answer is needed, and standard input is no terminal. */
export class NotInteractive extends Error {
  override readonly name = 'NotInteractive';
  readonly question: Message;

  constructor(question: Message) {
    super(messageText(question));
    this.question = question;
  }
}

/** Prints texts and asks questions on the terminal. */
export class Prompt {
  readonly #environment: Pick<CliEnvironment, 'out' | 'terminal'>;
  readonly #signal: AbortSignal;

  constructor(environment: Pick<CliEnvironment, 'out' | 'terminal'>, signal: AbortSignal) {
    this.#environment = environment;
    this.#signal = signal;
  }

  get columns(): number {
    return this.#environment.out.columns;
  }

  /** True if a person can answer. */
  get isInteractive(): boolean {
    return this.#environment.terminal.isTerminal;
  }

  say(...messages: readonly Message[]): void {
    this.lines(textLines(this.columns, ...messages));
  }

  lines(lines: readonly string[]): void {
    print(this.#environment.out, ...lines);
  }

  /** The typed text; undefined without an answer. Rejects with {@link NotInteractive}. */
  async ask(question: Message, options: { readonly hidden?: boolean } = {}): Promise<string | undefined> {
    if (!this.isInteractive) throw new NotInteractive(question);
    return this.#environment.terminal.ask(`${stripControlCharacters(messageText(question))} `, {
      hidden: options.hidden === true,
      signal: this.#signal,
    });
  }

  /** True if the answer is that word. */
  async askForWord(question: Message, word: string): Promise<boolean> {
    return (await this.ask(question))?.trim() === word;
  }

  confirm(question: Message): Promise<boolean> {
    return this.askForWord(msg('$0 $1', question, msg('Type yes to go on:')), 'yes');
  }
}
