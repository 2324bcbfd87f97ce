// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, plainText, type Translator } from '../../engine/base/index.ts';
import { _, language, ngettext } from './translate.ts';

/** The page's catalogue. */
export const translator: Translator = {
  gettext: _,
  ngettext,
  number: (value) => new Intl.NumberFormat(language(), { useGrouping: false }).format(value),
};

/** A sentence of the engine in the admin's language. */
export function textOf(message: Message): string {
  return plainText(message, translator);
}
