// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, CodeBlock, CodeBlockAction, CodeBlockCode } from '@patternfly/react-core';
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/check-icon';
import CopyIcon from '@patternfly/react-icons/dist/esm/icons/copy-icon';
import { type ReactNode, useState } from 'react';
import { copyText } from './clipboard.ts';
import { _, format } from './translate.ts';

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
