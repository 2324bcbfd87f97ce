// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox, Form } from '@patternfly/react-core';
import { type ReactNode, type RefObject, useId } from 'react';
import type { RemedyAction } from '../../engine/base/index.ts';
import type { DestinationInput } from '../../engine/destination/index.ts';
import type { MigrationChoices, Plan } from '../../engine/plan/index.ts';
import type { PreflightState } from '../../engine/preflight/index.ts';
import { _, hostOf, textOf } from '../common/index.ts';
import { Findings, findingsSummary } from '../findings/index.ts';
import { ForecastView } from '../forecast/index.ts';
import { DestinationField } from './destination-field.tsx';
import type { DialogAction, DialogState } from './dialog-state.ts';
import { MoreOptions } from './more-options.tsx';
import { ReportActions } from './report-actions.tsx';

export interface MigrateFormProps {
  readonly state: DialogState;
  readonly dispatch: (action: DialogAction) => void;
  readonly input: DestinationInput;
  /** Undefined while something is missing. */
  readonly choices: MigrationChoices | undefined;
  readonly plan: Plan;
  readonly preflight: PreflightState | undefined;
  readonly recent: readonly string[];
  readonly confirmRef: RefObject<HTMLDivElement | null>;
  /** Where the sentence about the checks stands. */
  readonly summaryRef: RefObject<HTMLParagraphElement | null>;
  readonly onAction: (action: RemedyAction) => void;
}

/** What to enter, what will come of it, and what the checks say. */
export function MigrateForm(props: MigrateFormProps): ReactNode {
  const { state, dispatch, input, choices, plan, preflight, recent, confirmRef, summaryRef, onAction } =
    props;
  const temporaryId = useId();
  return (
    <>
      <Form
        onSubmit={(event) => {
          event.preventDefault();
        }}
      >
        <DestinationField
          text={state.destination}
          input={input}
          recent={recent}
          confirmed={state.confirmed}
          confirmRef={confirmRef}
          dispatch={dispatch}
        />
        <Checkbox
          id={temporaryId}
          label={_('Temporary migration')}
          isChecked={state.temporary}
          onChange={(_event, temporary) => {
            dispatch({ type: 'temporary', temporary });
          }}
        />
        <p className="migrate-plan" aria-live="polite">
          {plan.sentences.map(textOf).join(' ')}
        </p>
        <MoreOptions state={state} dispatch={dispatch} copyable={preflight?.copyable} />
      </Form>
      <div className="migrate-preflight">
        <p ref={summaryRef} role="status" className="migrate-summary" tabIndex={-1}>
          {preflight === undefined ? null : findingsSummary(preflight, state.overrides)}
        </p>
        {preflight === undefined ? null : (
          <Findings
            state={preflight}
            overrides={state.overrides}
            forecast={
              preflight.forecast === undefined ? null : <ForecastView forecast={preflight.forecast} />
            }
            destinationHost={input.kind === 'valid' ? hostOf(input.uri) : ''}
            onOverride={(check, overridden) => {
              dispatch({ type: 'override', check, overridden });
            }}
            onAction={onAction}
          />
        )}
        {choices === undefined ? null : (
          <ReportActions choices={choices} plan={plan} preflight={preflight} overrides={state.overrides} />
        )}
      </div>
    </>
  );
}
