// SPDX-License-Identifier: LGPL-2.1-or-later
import { AlertActionLink } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { _, Notice, OriginalText } from '../common/index.ts';

/** Shown instead of a part of the page whose script could not be loaded. */
export function NotLoaded({
  title,
  error,
  onDismiss,
}: {
  readonly title: string;
  readonly error: Error;
  readonly onDismiss: () => void;
}): ReactNode {
  return (
    <Notice
      live
      variant="danger"
      title={title}
      onDismiss={onDismiss}
      actions={
        <AlertActionLink
          onClick={() => {
            window.location.reload();
          }}
        >
          {_('Reload')}
        </AlertActionLink>
      }
    >
      <p>{_('The page was updated meanwhile, or the connection to this host is lost. Reload the page.')}</p>
      <OriginalText>{error.message}</OriginalText>
    </Notice>
  );
}
