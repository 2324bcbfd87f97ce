// SPDX-License-Identifier: LGPL-2.1-or-later
import { visibleText } from './visible-text.ts';

/**
 * Sentences that the engine says, kept untranslated: the text is the key of the translation catalogue, the arguments
 * are put in for `$0`, `$1`... when it is shown (ui/text.ts translates; plainText() is for the command line and logs).
 */
export interface Message {
  readonly text: string;
  readonly args: readonly MessageArgument[];
  /** For a sentence with a number: the plural's text and the number that decides. */
  readonly plural?: { readonly text: string; readonly count: number };
}

/** A value to put into a sentence; a nested message is translated too, and a number written as the language does. */
export type MessageArgument = string | number | Message;

/** A sentence. `text` must be a literal, so that xgettext finds it. */
export function msg(text: string, ...args: readonly MessageArgument[]): Message {
  return { text, args };
}

/**
 * A sentence that depends on a number, which is also `$0`. Both texts must be literals.
 * @public
 */
export function nmsg(
  singular: string,
  plural: string,
  count: number,
  ...args: readonly MessageArgument[]
): Message {
  return { text: singular, args: [count, ...args], plural: { text: plural, count } };
}

/** Looks a text up in a catalogue, and writes numbers: with a decimal comma, perhaps, but in one piece, as port numbers are. */
export interface Translator {
  number(value: number): string;
  gettext(text: string): string;
  ngettext(singular: string, plural: string, count: number): string;
}

const untranslated: Translator = {
  number: String,
  gettext: (text) => text,
  ngettext: (singular, plural, count) => (count === 1 ? singular : plural),
};

/** The message in the translator's language (English without one), with its arguments put in. */
export function plainText(message: Message, translator: Translator = untranslated): string {
  const template =
    message.plural === undefined
      ? translator.gettext(message.text)
      : translator.ngettext(message.text, message.plural.text, message.plural.count);
  return template.replace(/\$(\d)/g, (whole, digit: string) => {
    const argument = message.args[Number(digit)];
    if (argument === undefined) return whole;
    if (typeof argument === 'object') return plainText(argument, translator);
    return typeof argument === 'number' ? translator.number(argument) : visibleText(argument);
  });
}
