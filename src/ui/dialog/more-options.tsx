// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox, ExpandableSection } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import type { CopyableDisk } from '../../engine/preflight/index.ts';
import { _, Field, type FieldDescription } from '../common/index.ts';
import { CopyDisks } from './copy-disks.tsx';
import {
  type DialogAction,
  type DialogState,
  givenBandwidth,
  measuringPeriod,
  migrationAddress,
  optionsComplete,
} from './dialog-state.ts';
import { StallPlan } from './stall-plan.tsx';
import { tuningFields } from './tuning-fields.ts';

export interface MoreOptionsProps {
  readonly state: DialogState;
  readonly dispatch: (action: DialogAction) => void;
  /** Disks that could be copied; undefined while unknown. */
  readonly copyable: readonly CopyableDisk[] | undefined;
}

/** The error of a field, if its text is not understood. */
function errorOf({ kind }: { readonly kind: string }, error: string): string | undefined {
  return kind === 'invalid' ? error : undefined;
}

function fieldsOf({ state, dispatch }: Omit<MoreOptionsProps, 'copyable'>): readonly FieldDescription[] {
  return [
    {
      name: 'migration-address',
      label: _('Migration address'),
      help: _(
        'Where the memory is sent: for example the address of the destination in a faster network. If empty, the host name that the destination gives for itself.',
      ),
      error: errorOf(
        migrationAddress(state),
        _('This is not an address like tcp://10.0.0.2 or tcp://[2001:db8::2]:49200.'),
      ),
      value: state.migrationAddress,
      input: { placeholder: 'tcp://10.0.0.2' },
      onChange: (text) => {
        dispatch({ type: 'migration-address', text });
      },
    },
    {
      name: 'dirty-rate-seconds',
      label: _('Measuring period of the dirty rate, in seconds'),
      help: _(
        'How long to measure. If empty, the periods are 1, 2, 4 and 8 seconds, which shows whether the VM writes to the same memory again and again.',
      ),
      error: errorOf(measuringPeriod(state), _('Enter a whole number from 1 to 60.')),
      value: state.dirtyRateSeconds,
      input: { className: 'migrate-seconds', type: 'number', min: 1, max: 60 },
      onChange: (text) => {
        dispatch({ type: 'dirty-rate-seconds', text });
      },
    },
    {
      name: 'bandwidth',
      label: _('Bandwidth to the destination, in MiB/s'),
      help: _('The forecast uses this figure. If empty, the bandwidth is measured.'),
      error: errorOf(givenBandwidth(state), _('Enter a number above 0.')),
      value: state.bandwidth,
      input: { className: 'migrate-seconds', inputMode: 'decimal' },
      onChange: (text) => {
        dispatch({ type: 'bandwidth', text });
      },
    },
    ...tuningFields({ state, dispatch }),
  ];
}

/** Options that are rarely needed, collapsed. */
export function MoreOptions({ state, dispatch, copyable }: MoreOptionsProps): ReactNode {
  const fields = fieldsOf({ state, dispatch });
  const rehearseId = useId();
  return (
    <ExpandableSection
      toggleText={_('More options')}
      isExpanded={state.optionsOpen || !optionsComplete(state)}
      onToggle={(_event, open) => {
        dispatch({ type: 'options', open });
      }}
      isIndented
    >
      <div className="migrate-options">
        <CopyDisks state={state} dispatch={dispatch} copyable={copyable} />
        {fields.map((field) => (
          <Field key={field.name} {...field} />
        ))}
        <Checkbox
          id={rehearseId}
          label={_('Rehearse before the migration')}
          description={_(
            'A stand-in with the devices of the VM, without their content, travels first. If it does not arrive, the VM is not touched.',
          )}
          isChecked={state.rehearse}
          onChange={(_event, rehearse) => {
            dispatch({ type: 'rehearse', rehearse });
          }}
        />
        <StallPlan state={state} dispatch={dispatch} />
      </div>
    </ExpandableSection>
  );
}
