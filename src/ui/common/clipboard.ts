// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * Puts a text into the clipboard; false if the browser does not allow it. The console is often used over plain http, where
 * browsers have no navigator.clipboard: there the old way through a selection still works.
 */
export async function copyText(text: string): Promise<boolean> {
  // Not there in insecure contexts, whatever the type says.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch (error) {
      // The browser's permission was denied; the old way may still do.
      if (!(error instanceof DOMException)) throw error;
    }
  }
  const onCopy = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', onCopy);
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way over plain http
    return document.execCommand('copy');
  } finally {
    document.removeEventListener('copy', onCopy);
  }
}
