// SPDX-License-Identifier: LGPL-2.1-or-later
/** The Levenshtein distance: the number of characters to insert, delete or change. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

/** The most similar name; undefined if more than half of the characters differ. */
export function nearestName(name: string, others: readonly string[]): string | undefined {
  const [best] = others
    .map((other) => ({ other, far: distance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.far - b.far || a.other.localeCompare(b.other));
  return best !== undefined && best.far <= Math.max(name.length, best.other.length) / 2
    ? best.other
    : undefined;
}
