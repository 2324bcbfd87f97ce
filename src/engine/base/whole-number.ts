// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * The whole number that a program printed in decimal digits, and nothing else; undefined for anything else, also for one that is
 * larger than JavaScript counts exactly (2^53): so many bytes or pages no host has, and as `Infinity` they would be enough for
 * every VM.
 */
export function wholeNumber(text: string | undefined): number | undefined {
  const figure = text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(figure) ? figure : undefined;
}
