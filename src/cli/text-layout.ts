// SPDX-License-Identifier: LGPL-2.1-or-later
import stringWidth from 'string-width';

/**
 * Wraps the text to lines of that width, each with the indent. A longer word stays whole. Not by wrap-ansi, which normalizes the
 * text (NFC): a path copied from it would name another file.
 */
export function wrapText(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && stringWidth(`${indent}${line} ${word}`) > width) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, indent + line];
}

/** The text, padded with spaces to that width on the terminal. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** As much of the text as fits into that width on the terminal. */
export function cutText(text: string, width: number): string {
  let cut = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    used += stringWidth(segment);
    if (used > width) break;
    cut += segment;
  }
  return cut;
}

/** Rows of cells as lines, each column as wide as its widest cell. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (most, row) => row.map((cell, index) => Math.max(stringWidth(cell), most[index] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => padText(cell, widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
