// SPDX-License-Identifier: LGPL-2.1-or-later
/** How long the browser may take to fetch the file before its memory is released. */
const keepMilliseconds = 60_000;

/** Saves a text as a download. */
export function downloadText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, keepMilliseconds);
}

/** A file name that is valid on any system. */
export function fileName(...words: readonly string[]): string {
  return words
    .join('-')
    .replace(/[^\w.-]+/g, '_')
    .replace(/^[.-]+/, '_');
}
