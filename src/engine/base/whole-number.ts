// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * A whole number that a program printed in decimal digits. Undefined for any other text, and for a number that JavaScript cannot
 * represent exactly (above 2^53): no host has so many bytes or pages, and `Infinity` would be enough for every VM.
 */
export function wholeNumber(text: string | undefined): number | undefined {
  const figure = text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(figure) ? figure : undefined;
}
