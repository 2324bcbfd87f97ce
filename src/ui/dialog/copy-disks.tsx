// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox, FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import { type ReactNode, useId, useState } from 'react';
import { type CopyableDisk, locationName } from '../../engine/preflight/index.ts';
import { _ } from '../common/index.ts';
import type { DialogAction, DialogState } from './dialog-state.ts';

/** One row: an existing disk, or a name that a link selected or whose disk was detached. */
function rowsOf(
  disks: readonly CopyableDisk[],
  ticked: ReadonlySet<string>,
): readonly { readonly disk: string; readonly description: string }[] {
  const gone = [...ticked].filter((name) => disks.every(({ disk }) => disk !== name));
  return [
    ...disks.map(({ disk, place }) => ({ disk, description: locationName(place) })),
    ...gone.map((disk) => ({
      disk,
      description: _('The VM has no disk of this name, or the disk cannot be copied.'),
    })),
  ];
}

function helpText(disks: readonly CopyableDisk[] | undefined): string {
  if (disks === undefined) return _('The disks of the VM appear here as soon as the checks have read them.');
  return disks.length === 0
    ? _('The VM has no disk that could be copied.')
    : _(
        'A selected disk is copied to the destination while the VM runs. The others have to be on shared storage.',
      );
}

/** Which disks are copied. The others have to be on the destination already. */
export function CopyDisks({
  state,
  dispatch,
  copyable,
}: {
  readonly state: DialogState;
  readonly dispatch: (action: DialogAction) => void;
  /** Disks that could be copied; undefined while unknown. */
  readonly copyable: readonly CopyableDisk[] | undefined;
}): ReactNode {
  const groupId = useId();
  const helpId = useId();
  // While the checks start again after a change, the list stays.
  const [known, setKnown] = useState(copyable);
  if (copyable !== undefined && copyable !== known) setKnown(copyable);
  const disks = copyable ?? known;
  return (
    <FormGroup role="group" fieldId={groupId} label={_('Disks to copy')} aria-describedby={helpId}>
      {(disks === undefined ? [] : rowsOf(disks, state.copyDisks)).map(({ disk, description }) => (
        <Checkbox
          key={disk}
          id={`${groupId}-${disk}`}
          label={disk}
          description={description}
          isChecked={state.copyDisks.has(disk)}
          onChange={(_event, copied) => {
            dispatch({ type: 'copy-disk', disk, copied });
          }}
        />
      ))}
      <FormHelperText>
        <HelperText>
          <HelperTextItem id={helpId}>{helpText(disks)}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
