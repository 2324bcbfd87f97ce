// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox, Form } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import { _, textOf } from '../common/index.ts';
import { DestinationField } from './destination-field.tsx';
import { MoreOptions } from './more-options.tsx';
import type { DialogModel } from './use-dialog.ts';

/** The input fields, and the plan that follows from them. */
export function MigrateForm({ dialog }: { readonly dialog: DialogModel }): ReactNode {
  const { state, dispatch, input, plan, preflight, recent, confirmRef } = dialog;
  const temporaryId = useId();
  return (
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
      <div className="migrate-kind">
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
      </div>
      <MoreOptions state={state} dispatch={dispatch} copyable={preflight?.copyable} />
    </Form>
  );
}
