// SPDX-License-Identifier: LGPL-2.1-or-later
import { visibleText } from './visible-text.ts';

/**
 * Sentences of the engine, not translated yet. The text is the key in the translation catalogue. The arguments replace `$0`,
 * `$1`... when the sentence is shown: ui/common/text.ts translates it, plainText() serves the command line and logs.
 */
export interface Message {
  readonly text: string;
  readonly args: readonly MessageArgument[];
  /** For a sentence with a number: the plural text, and the number that selects singular or plural. */
  readonly plural?: { readonly text: string; readonly count: number };
}

/** A value in a sentence. A nested message is translated too, and a number is formatted for the language. */
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

/**
 * Looks up a text in a catalogue, and formats numbers: with the decimal separator of the language, but without grouping of digits,
 * because some are port numbers.
 */
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

/** The message with its arguments, in the translator's language. Without a translator: English. */
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
