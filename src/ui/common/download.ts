// SPDX-License-Identifier: LGPL-2.1-or-later
/** How long the browser may take to fetch what it saves; then its memory is given back. */
const keepMilliseconds = 60_000;

/** Has the browser save a text as a file, in the place where it saves downloads. */
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

/** A name that any system takes for a file. */
export function fileName(...words: readonly string[]): string {
  return words
    .join('-')
    .replace(/[^\w.-]+/g, '_')
    .replace(/^[.-]+/, '_');
}
