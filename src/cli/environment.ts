// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, plainText, visibleText } from '../engine/base/index.ts';
import type { Platform, Unsubscribe } from '../platform/platform.ts';

/** Where text goes: a terminal, a pipe or a file. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
  /** Never throws: a reader that went away does not end a migration. */
  write(text: string): void;
}

/** What the commands are given by the program's root. */
export interface CliEnvironment {
  readonly platform: Platform;
  readonly version: string;
  readonly isRoot: boolean;
  readonly out: Output;
  readonly err: Output;
  /** Hears Ctrl-C (`interrupt`) and the wish that the program ends at once (`leave`). */
  readonly onSignal: (listener: (wish: 'interrupt' | 'leave') => void) => Unsubscribe;
}

/** A sentence of the engine, in English: the catalogues are the page's. */
export const messageText = (message: Message): string => plainText(message);

/** Text without the characters by which a VM's name or another host's words could play with the terminal or with who reads it. */
export function stripControlCharacters(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  const calm = text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, (character) =>
    character === '\t' ? ' ' : '?',
  );
  return visibleText(calm, Infinity);
}

/** Prints lines. */
export function print(screen: Output, ...lines: readonly string[]): void {
  screen.write(lines.map((line) => `${stripControlCharacters(line)}\n`).join(''));
}

/** Says why it goes no further; empty lines are left out. */
export function printProblem(screen: Output, ...lines: readonly string[]): void {
  print(
    screen,
    ...lines
      .filter((line) => line !== '')
      .map((line, index) => (index === 0 ? `cockpit-migrate: ${line}` : line)),
  );
}

/** Prints one JSON document; what is hidden in a string is written as JSON does control characters. */
export function printJson(screen: Output, document: unknown): void {
  screen.write(`${visibleText(JSON.stringify(document, undefined, 2), Infinity)}\n`);
}
