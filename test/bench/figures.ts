// SPDX-License-Identifier: LGPL-2.1-or-later

/** The quantile by nearest rank; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Milliseconds for a table. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  return value < 10_000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** A table of text with its columns aligned; the first column to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) =>
        column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** One line that says whether a target was met, with the actual value. */
export function target(what: string, value: number, limit: number): string {
  const verdict = Number.isNaN(value) ? 'NOT MEASURED' : value <= limit ? 'met' : 'MISSED';
  return `${verdict}: ${what}: ${milliseconds(value)} (at most ${milliseconds(limit)})`;
}
