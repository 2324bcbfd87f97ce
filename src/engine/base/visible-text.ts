// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * Characters that are not seen and change what is: control characters, but for the line break and the tab; those that turn the direction
 * of what follows (Unicode Bidi_Control, of which "Trojan Source", CVE-2021-42574, makes use); line separators; spaces without width.
 */
const hidden =
  /(?![\n\t])[\p{Cc}\p{Surrogate}]|[\p{Bidi_Control}\u2028\u2029\u00ad\u180e\u200b\u2060\ufeff]/gu;

/** A longer value is no name and no address; who makes it so long wants to hide what stands behind it. */
const longest = 5000;

/**
 * A text of others (a name, an answer, an error) as it can stand in a sentence of ours: what is hidden in it is written out, as
 * `\u202e`, and where it has no end it gets one.
 */
export function visibleText(text: string, most = longest): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(
    hidden,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
