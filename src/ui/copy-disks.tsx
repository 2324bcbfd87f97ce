// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox, FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import { type ReactNode, useId, useState } from 'react';
import type { CopyableDisk } from '../engine/facts/disk-copies.ts';
import type { DialogAction, DialogState } from './dialog-state.ts';
import { _ } from './translate.ts';

/** Which disks go along; the others have to be there already. */
export function CopyDisks({
  state,
  dispatch,
  copyable,
}: {
  readonly state: DialogState;
  readonly dispatch: (action: DialogAction) => void;
  /** Disks that could be copied; undefined while that is not known. */
  readonly copyable: readonly CopyableDisk[] | undefined;
}): ReactNode {
  const groupId = useId();
  // While the checks begin anew with a disk that was ticked, the list stays.
  const [known, setKnown] = useState(copyable);
  if (copyable !== undefined && copyable !== known) setKnown(copyable);
  const disks = copyable ?? known;
  return (
    <FormGroup role="group" fieldId={groupId} label={_('Disks to copy')}>
      {disks?.map(({ disk, place }) => (
        <Checkbox
          key={disk}
          id={`${groupId}-${disk}`}
          label={disk}
          description={place}
          isChecked={state.copyDisks.has(disk)}
          onChange={(_event, copied) => {
            dispatch({ type: 'copy-disk', disk, copied });
          }}
        />
      ))}
      <FormHelperText>
        <HelperText>
          <HelperTextItem>
            {disks === undefined
              ? _('The disks of the VM are shown here once the destination is entered.')
              : disks.length === 0
                ? _('The VM has no disk that could be copied.')
                : _(
                    'A disk that is ticked is copied to the destination while the VM runs. The others have to be on storage that both hosts share.',
                  )}
          </HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
