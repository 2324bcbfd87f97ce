// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, plainText, visibleText } from '../engine/base/index.ts';
import type { Platform, Unsubscribe } from '../platform/platform.ts';

/** Where text goes: a terminal, a pipe or a file. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal; 80 without one. */
  readonly columns: number;
  /** Never throws: a closed pipe must not end a migration. */
  write(text: string): void;
}

/** What the program's root passes to the commands. */
export interface CliEnvironment {
  readonly platform: Platform;
  readonly version: string;
  readonly isRoot: boolean;
  readonly out: Output;
  readonly err: Output;
  /** Where questions are asked. */
  readonly terminal: {
    /** False in a pipe: then nobody can be asked. */
    readonly isTerminal: boolean;
    /** The line that was typed, unseen where it is hidden; undefined if there is none. */
    ask(
      question: string,
      options: { readonly hidden: boolean; readonly signal: AbortSignal },
    ): Promise<string | undefined>;
  };
  /** The socket of the ssh agent of who runs this, where one is loaded. */
  readonly agentSocket: string | undefined;
  /** Hears Ctrl-C (`interrupt`) and the wish that the program ends at once (`leave`). */
  readonly onSignal: (listener: (wish: 'interrupt' | 'leave') => void) => Unsubscribe;
}

/** A sentence of the engine, in English: only the page has catalogues. */
export const messageText = (message: Message): string => plainText(message);

/** Text without characters by which a VM's name or another host's text could control the terminal or mislead the reader. */
export function stripControlCharacters(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are searched
  const calm = text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, (character) =>
    character === '\t' ? ' ' : '?',
  );
  return visibleText(calm, Infinity);
}

/** Prints lines. */
export function print(screen: Output, ...lines: readonly string[]): void {
  screen.write(lines.map((line) => `${stripControlCharacters(line)}\n`).join(''));
}

/** Prints why the command stops, without empty lines. */
export function printProblem(screen: Output, ...lines: readonly string[]): void {
  print(
    screen,
    ...lines
      .filter((line) => line !== '')
      .map((line, index) => (index === 0 ? `cockpit-migrate: ${line}` : line)),
  );
}

/** Prints one JSON document. Invisible characters in strings are escaped as in JSON. */
export function printJson(screen: Output, document: unknown): void {
  screen.write(`${visibleText(JSON.stringify(document, undefined, 2), Infinity)}\n`);
}
