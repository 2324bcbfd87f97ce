// SPDX-License-Identifier: LGPL-2.1-or-later
import { AlertActionLink } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { _, Notice, OriginalText } from '../common/index.ts';
import type { ConnectionState } from './use-vms.ts';

/** With access to libvirt, a session can list and run VMs, but checks and migrations need root. */
export function AccessNotice({
  state,
  administrative,
}: Pick<ConnectionState, 'state'> & { readonly administrative: boolean | undefined }): ReactNode {
  // A session with less access gets another notice instead.
  if (administrative !== false || state.kind !== 'ready' || state.readOnly) return null;
  return (
    <Notice variant="info" title={_('Administrative access required to migrate')}>
      {_('Click “Limited access” at the top of the console.')}
    </Notice>
  );
}

/** Notices about the whole list: the connection is lost, or access is read-only. */
export function ConnectionNotices({ inventory, state }: ConnectionState): ReactNode {
  if (state.kind === 'reconnecting') {
    return (
      <Notice
        live
        variant="warning"
        title={_('Connection to libvirt lost. Reconnecting.')}
        actions={
          <AlertActionLink
            onClick={() => {
              inventory.retry();
            }}
          >
            {_('Try now')}
          </AlertActionLink>
        }
      >
        <p>{_('The list may be out of date. Running VMs and migrations go on.')}</p>
        <OriginalText>{state.detail}</OriginalText>
      </Notice>
    );
  }
  if (state.kind === 'ready' && state.readOnly) {
    return (
      <Notice variant="info" title={_('Read-only access')}>
        {_(
          'To run, stop or migrate VMs, click “Limited access” at the top of the console, then turn on administrative access.',
        )}
      </Notice>
    );
  }
  return null;
}
