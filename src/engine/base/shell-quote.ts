// SPDX-License-Identifier: LGPL-2.1-or-later
/** One word of a command line that an admin can paste into a shell, whatever is in it. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** An argument list as one command line. */
export function shellCommand(...argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ');
}
