// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import { CopyableText } from './copyable-text.tsx';
import { _, format } from './translate.ts';

/** A command to run by hand, with the host to run it on and a button that copies it. */
export function CommandLine({
  command,
  host,
}: {
  readonly command: string;
  readonly host?: string | undefined;
}): ReactNode {
  return (
    <CopyableText
      text={command}
      title={host === undefined ? undefined : format(_('Run this on $0:'), host)}
      copyLabel={format(_('Copy: $0'), command)}
      failure={_('The browser blocked copying. Select the command and copy it.')}
    />
  );
}
