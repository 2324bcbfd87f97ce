// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox, FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import { type StallAction, stallActions } from '../../engine/plan/index.ts';
import { _, Field } from '../common/index.ts';
import { steerLabel } from '../migration/index.ts';
import type { DialogAction, DialogState } from './dialog-state.ts';
import { stepSecondsOf } from './tuning-state.ts';

function stepName(action: StallAction): string {
  return action === 'cancel' ? _('Cancel the migration') : steerLabel(action);
}

function stepDescription(action: StallAction): string {
  switch (action) {
    case 'longer-pause':
      return _('As long as the last pass takes.');
    case 'post-copy':
      return _('If the network fails then, the VM is lost.');
    case 'pause-vm':
      return _('It runs again on the destination.');
    case 'cancel':
      return _('The VM stays on this host.');
  }
}

/** The steps to take, in order, if the migration stalls. */
export function StallPlan({
  state: { tuning },
  dispatch,
}: {
  readonly state: DialogState;
  readonly dispatch: (action: DialogAction) => void;
}): ReactNode {
  const groupId = useId();
  const helpId = useId();
  return (
    <>
      <FormGroup role="group" fieldId={groupId} label={_('If it does not finish')} aria-describedby={helpId}>
        {stallActions.map((action) => (
          <Checkbox
            key={action}
            id={`${groupId}-${action}`}
            label={stepName(action)}
            description={stepDescription(action)}
            isChecked={tuning.onStall.has(action)}
            onChange={(_event, taken) => {
              const others = [...tuning.onStall].filter((each) => each !== action);
              dispatch({
                type: 'tuning',
                change: { onStall: new Set(taken ? [...others, action] : others) },
              });
            }}
          />
        ))}
        <FormHelperText>
          <HelperText>
            <HelperTextItem id={helpId}>
              {_(
                'The selected steps are taken from top to bottom until the migration finishes. Keep this page open: it takes them. If none is selected, the migration goes on until you cancel.',
              )}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <Field
        name="step-seconds"
        label={_('Time before each step, in seconds')}
        help={_('How long the migration makes no progress before a step is taken.')}
        error={stepSecondsOf(tuning) === 'invalid' ? _('Enter a whole number from 0 to 99999.') : undefined}
        value={tuning.stepSeconds}
        input={{ className: 'migrate-seconds', type: 'number', min: 0, max: 99_999 }}
        onChange={(stepSeconds) => {
          dispatch({ type: 'tuning', change: { stepSeconds } });
        }}
      />
    </>
  );
}
