// SPDX-License-Identifier: LGPL-2.1-or-later
/** The address that the data is sent to, as a `tcp` URI. A bare host or address is completed to one. */
export type MigrationUriInput =
  | { readonly kind: 'none' }
  | { readonly kind: 'valid'; readonly uri: string }
  | { readonly kind: 'invalid' };

const addressPattern =
  /^(\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]|[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?)(:\d{1,5})?$/;

/** Parses the address of the data that the admin typed. */
export function parseMigrationUriInput(text: string): MigrationUriInput {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'none' };
  const address = trimmed.replace(/^tcp:(\/\/)?/i, '');
  const port = Number(/:(\d+)$/.exec(address.replace(/^\[.*\]/, ''))?.[1] ?? 1);
  return address.length < 300 && addressPattern.test(address) && port > 0 && port < 65536
    ? { kind: 'valid', uri: `tcp://${address}` }
    : { kind: 'invalid' };
}
