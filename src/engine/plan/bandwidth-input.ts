// SPDX-License-Identifier: LGPL-2.1-or-later
/** The bandwidth that the admin enters. */
export type BandwidthInput =
  | { readonly kind: 'none' }
  | { readonly kind: 'valid'; readonly bytesPerSecond: number }
  | { readonly kind: 'invalid' };

/** 100 GiB/s, in MiB/s: no link carries more, so a larger value is a typing error. */
const most = 100 * 1024;

/** Parses MiB/s, with a decimal point or comma. */
export function parseBandwidthInput(text: string): BandwidthInput {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'none' };
  const value = /^\d{1,6}([.,]\d{1,3})?$/.test(trimmed) ? Number(trimmed.replace(',', '.')) : NaN;
  return value > 0 && value <= most
    ? { kind: 'valid', bytesPerSecond: value * 1024 ** 2 }
    : { kind: 'invalid' };
}
