// SPDX-License-Identifier: LGPL-2.1-or-later
/** True if a text can be the name or address of a host. Other text could be taken as an option by a program. */
export function isHostName(text: string): boolean {
  return text.length < 256 && /^[\w:][\w.:%-]*$/.test(text);
}

/** The host in a destination URI; the whole URI if it has none. */
export function hostOf(uri: string): string {
  return /^[^:]+:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]+)/.exec(uri)?.[1] ?? uri;
}
