// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import { hostOf } from '../common/index.ts';
import { Findings } from '../findings/index.ts';
import { ForecastView } from '../forecast/index.ts';
import { MigrateForm } from './migrate-form.tsx';
import { ReportActions } from './report-actions.tsx';
import { chosenLevers, leverChange } from './tuning-state.ts';
import type { DialogModel } from './use-dialog.ts';

/** The choices and findings; beside them, if there is space, the forecast and the downloads. */
export function ChoicesView({ dialog }: { readonly dialog: DialogModel }): ReactNode {
  const { state, dispatch, input, choices, plan, preflight, onAction } = dialog;
  return (
    <div className="migrate-columns">
      <div className="migrate-main">
        <MigrateForm dialog={dialog} />
        {preflight === undefined ? null : (
          <Findings
            state={preflight}
            overrides={state.overrides}
            destinationHost={input.kind === 'valid' ? hostOf(input.uri) : ''}
            onOverride={(check, overridden) => {
              dispatch({ type: 'override', check, overridden });
            }}
            onAction={onAction}
          />
        )}
      </div>
      <div className="migrate-aside">
        <ForecastView
          forecast={preflight?.forecast}
          running={preflight?.running === true}
          refining={preflight?.refining === true}
          choice={{
            chosen: chosenLevers(state.tuning),
            onChoose: (effect, chosen) => {
              dispatch({ type: 'tuning', change: leverChange(effect, chosen) });
            },
          }}
        />
        {choices === undefined ? null : (
          <ReportActions choices={choices} plan={plan} preflight={preflight} overrides={state.overrides} />
        )}
      </div>
    </div>
  );
}
