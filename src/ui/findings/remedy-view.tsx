// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import type { Remedy, RemedyAction } from '../../engine/base/index.ts';
import { _, CommandLine, CopyableText, format, textOf } from '../common/index.ts';

function actionLabel(action: RemedyAction): string {
  switch (action.kind) {
    case 'set-destination':
      return format(_('Use $0'), action.uri);
    case 'set-migration-uri':
      return format(_('Send the data to $0'), action.uri);
    case 'confirm-uri-parameters':
      return _('Go to the confirmation');
    case 'pause-vm':
      return _('Pause the VM now');
    case 'resume-vm':
      return _('Resume the VM');
    case 'eject-medium':
      return format(_('Eject the medium of $0 now'), action.disk);
    case 'copy-disks':
      return action.disks.length === 0
        ? _('Copy no disk')
        : // TRANSLATORS: $0 are names of disks, such as "vda, vdb".
          format(_('Copy $0'), action.disks.join(', '));
  }
}

export interface RemedyViewProps {
  readonly remedy: Remedy;
  /** The destination's name, for commands that run there; empty if unknown. */
  readonly destinationHost: string;
  /** Performs an action of the dialog. Without it, no button is shown. */
  readonly onAction?: (action: RemedyAction) => void;
}

/** A remedy: a sentence, with its command or button. */
export function RemedyView({ remedy, destinationHost, onAction }: RemedyViewProps): ReactNode {
  const { text, command, host, xml, action } = remedy;
  const place =
    host === undefined
      ? undefined
      : host === 'source'
        ? _('this host')
        : destinationHost === ''
          ? _('the destination')
          : format(_('the destination ($0)'), destinationHost);
  return (
    <li className="migrate-remedy">
      <div>{textOf(text)}</div>
      {command === undefined ? null : <CommandLine command={command} host={place} />}
      {xml === undefined ? null : (
        <CopyableText
          text={xml}
          title={_('The XML to insert:')}
          copyLabel={_('Copy the XML')}
          failure={_('The browser did not let the page copy. Select the XML and copy it by hand.')}
        />
      )}
      {action === undefined || onAction === undefined ? null : (
        <Button
          variant="secondary"
          size="sm"
          onClick={() => {
            onAction(action);
          }}
        >
          {actionLabel(action)}
        </Button>
      )}
    </li>
  );
}
