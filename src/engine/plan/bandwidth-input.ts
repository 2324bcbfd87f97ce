// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the admin says that the link carries. */
export type BandwidthInput =
  | { readonly kind: 'none' }
  | { readonly kind: 'valid'; readonly bytesPerSecond: number }
  | { readonly kind: 'invalid' };

/** 100 GiB/s: more than any link carries, so a slip. In MiB/s. */
const most = 100 * 1024;

/** Reads a number of MiB/s, with a point or a comma. */
export function parseBandwidthInput(text: string): BandwidthInput {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'none' };
  const value = /^\d{1,6}([.,]\d{1,3})?$/.test(trimmed) ? Number(trimmed.replace(',', '.')) : NaN;
  return value > 0 && value <= most
    ? { kind: 'valid', bytesPerSecond: value * 1024 ** 2 }
    : { kind: 'invalid' };
}
