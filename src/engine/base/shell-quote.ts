// SPDX-License-Identifier: LGPL-2.1-or-later
/** What a paste could do something with that is not seen: ESC [201~ ends a bracketed paste, a line break runs what stands before it. */
const unseen = /[\p{Cc}\p{Cf}\p{Surrogate}\u2028\u2029]/u;

/** In single quotes, which every shell reads alike. */
function plainQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A character in the octal escapes of its bytes. */
function escaped(character: string): string {
  const bytes =
    encodeURIComponent(character.replace(/\p{Surrogate}/u, '\ufffd')).match(/%[0-9A-F]{2}/g) ?? [];
  return bytes.map((byte) => `\\${Number.parseInt(byte.slice(1), 16).toString(8).padStart(3, '0')}`).join('');
}

/** One word of a command line that an admin can paste into a shell, whatever is in it; what is not seen in it is written out ($'...'). */
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

/** Words as a part of a script that is sent to a shell; dash 0.5.12 knows no $'...'. */
export function scriptWords(...words: readonly string[]): string {
  return words.map(plainQuote).join(' ');
}
