// SPDX-License-Identifier: LGPL-2.1-or-later
import { Bullseye, Spinner } from '@patternfly/react-core';
import { type ReactNode, useEffect } from 'react';
import { _ } from '../common/index.ts';
import { type Model, useCell } from '../model/index.ts';
import { laterPart } from './later-part.ts';
import { NotLoaded } from './not-loaded.tsx';

const historyScript = laterPart(async () => {
  const { HistoryPage } = await import('../history/index.ts');
  return { HistoryPage };
});

export interface HistoryPlaceProps {
  readonly model: Model;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly onBack: () => void;
}

/** The history, or a placeholder until it is loaded. */
export function HistoryPlace(props: HistoryPlaceProps): ReactNode {
  const script = useCell(historyScript.state);
  useEffect(() => {
    // Does not reject.
    void historyScript.load();
  }, []);
  if (script.kind === 'failed')
    return (
      <NotLoaded title={_('The history could not be loaded')} error={script.error} onDismiss={props.onBack} />
    );
  if (script.kind === 'waiting')
    return (
      <Bullseye>
        <Spinner aria-label={_('Loading the history')} />
      </Bullseye>
    );
  const { HistoryPage } = script.value;
  return <HistoryPage {...props} />;
}
