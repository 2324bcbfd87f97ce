// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * Invisible characters that change how the text around them looks: control characters except line break and tab; characters that
 * change the direction of text (Unicode Bidi_Control, used by "Trojan Source", CVE-2021-42574); line separators; spaces without
 * width.
 */
const hidden =
  /(?![\n\t])[\p{Cc}\p{Surrogate}]|[\p{Bidi_Control}\u2028\u2029\u00ad\u180e\u200b\u2060\ufeff]/gu;

/** A longer value is neither a name nor an address: its length may be meant to hide what follows. */
const longest = 5000;

/**
 * A text from outside (a name, an answer, an error), made safe for a sentence of this program: invisible characters are written as
 * escapes, such as `\u202e`, and a very long text is cut.
 */
export function visibleText(text: string, most = longest): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(
    hidden,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
