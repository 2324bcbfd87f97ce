// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, CodeBlock, CodeBlockAction, CodeBlockCode } from '@patternfly/react-core';
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/check-icon';
import CopyIcon from '@patternfly/react-icons/dist/esm/icons/copy-icon';
import { type ReactNode, useState } from 'react';
import { copyText } from './clipboard.ts';
import { _ } from './translate.ts';

export interface CopyableTextProps {
  /** One or more lines. */
  readonly text: string;
  /** What it is for. */
  readonly title: string | undefined;
  /** Name of the button. */
  readonly copyLabel: string;
  /** Shown if the browser does not allow copying. */
  readonly failure: string;
}

/** A text for a program, with a button that copies it. */
export function CopyableText({ text, title, copyLabel, failure }: CopyableTextProps): ReactNode {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  const copy = (): void => {
    void copyText(text).then((copied) => {
      setOutcome(copied ? 'copied' : 'failed');
    });
  };
  return (
    <div className="migrate-command">
      {title === undefined ? null : <div className="migrate-command-host">{title}</div>}
      <CodeBlock
        actions={
          <CodeBlockAction>
            <Button
              variant="plain"
              aria-label={copyLabel}
              icon={outcome === 'copied' ? <CheckIcon /> : <CopyIcon />}
              onClick={copy}
            />
          </CodeBlockAction>
        }
      >
        <CodeBlockCode>{text}</CodeBlockCode>
      </CodeBlock>
      <div role="status" className="migrate-command-outcome">
        {outcome === 'copied' ? _('Copied.') : null}
        {outcome === 'failed' ? failure : null}
      </div>
    </div>
  );
}
