// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, CodeBlock, CodeBlockAction, CodeBlockCode } from '@patternfly/react-core';
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/check-icon';
import CopyIcon from '@patternfly/react-icons/dist/esm/icons/copy-icon';
import { type ReactNode, useState } from 'react';
import { _, format } from './translate.ts';

/**
 * Puts a text into the clipboard. The console is often used over plain http, where browsers have no navigator.clipboard:
 * there the old way through a selection still works.
 */
async function copyText(text: string): Promise<boolean> {
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

/** A command to be run by hand, with where to run it and a button that copies it. */
export function CommandLine({
  command,
  host,
}: {
  readonly command: string;
  readonly host?: string | undefined;
}): ReactNode {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  const copy = (): void => {
    void copyText(command).then((copied) => {
      setOutcome(copied ? 'copied' : 'failed');
    });
  };
  return (
    <div className="migrate-command">
      {host === undefined ? null : (
        <div className="migrate-command-host">{format(_('Run this on $0:'), host)}</div>
      )}
      <CodeBlock
        actions={
          <CodeBlockAction>
            <Button
              variant="plain"
              aria-label={format(_('Copy: $0'), command)}
              icon={outcome === 'copied' ? <CheckIcon /> : <CopyIcon />}
              onClick={copy}
            />
          </CodeBlockAction>
        }
      >
        <CodeBlockCode>{command}</CodeBlockCode>
      </CodeBlock>
      <div role="status" className="migrate-command-outcome">
        {outcome === 'copied' ? _('Copied.') : null}
        {outcome === 'failed'
          ? _('The browser did not allow to copy. Select the command and copy it by hand.')
          : null}
      </div>
    </div>
  );
}
