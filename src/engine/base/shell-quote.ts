// SPDX-License-Identifier: LGPL-2.1-or-later
/** Invisible characters that are dangerous in a paste: ESC [201~ ends a bracketed paste, a line break runs the text before it. */
const unseen = /[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]/u;

/** Single quotes mean the same in every shell. */
function plainQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A character as octal escapes of its bytes. */
function escaped(character: string): string {
  const bytes =
    encodeURIComponent(character.replace(/\p{Surrogate}/u, '\ufffd')).match(/%[0-9A-F]{2}/g) ?? [];
  return bytes.map((byte) => `\\${Number.parseInt(byte.slice(1), 16).toString(8).padStart(3, '0')}`).join('');
}

/** One word of a command line that an admin can safely paste into a shell. Invisible characters are written as escapes ($'...'). */
export function shellQuote(text: string): string {
  if (!unseen.test(text)) return plainQuote(text);
  const inside = Array.from(text, (character) =>
    unseen.test(character) ? escaped(character) : /['\\]/.test(character) ? `\\${character}` : character,
  );
  return `$'${inside.join('')}'`;
}

/** An argument list as one command line, for people. */
export function shellCommand(...argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ');
}

/** Words for a script that is sent to a shell. dash 0.5.12 does not support $'...'. */
export function scriptWords(...words: readonly string[]): string {
  return words.map(plainQuote).join(' ');
}
