// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * Copies a text to the clipboard; false if the browser does not allow it. The console is often used over plain http, where browsers
 * have no navigator.clipboard. There, copying a selection still works.
 */
export async function copyText(text: string): Promise<boolean> {
  // Missing in insecure contexts, although the type says otherwise.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch (error) {
      // The browser denied permission. Copying a selection may still work.
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
