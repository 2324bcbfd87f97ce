// SPDX-License-Identifier: LGPL-2.1-or-later
/** True if a text may be the name or address of a host; what may not would be an option to a program, or nonsense. */
export function isHostName(text: string): boolean {
  return text.length < 256 && /^[\w:][\w.:%-]*$/.test(text);
}

/** The host's part of a destination URI; the whole URI if it has none. */
export function hostOf(uri: string): string {
  return /^[^:]+:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]+)/.exec(uri)?.[1] ?? uri;
}
