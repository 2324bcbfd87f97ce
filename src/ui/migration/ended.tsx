// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import { notRecordedText, predictionText } from '../../engine/forecast/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { _, format, formatDuration, hostOf, OriginalText, textOf } from '../common/index.ts';
import { RemedyView } from '../findings/index.ts';
import { VerificationAnswers } from './verification-answers.tsx';
import { Whereabouts } from './whereabouts.tsx';

type State<Phase> = Extract<Migration['state'], { phase: Phase }>;

function Duration({ state }: { readonly state: State<'done'> }): ReactNode {
  const { elapsedMilliseconds, downtimeMilliseconds, paused } = state;
  if (elapsedMilliseconds === undefined) return null;
  return (
    <p>
      {downtimeMilliseconds === undefined || paused === true
        ? format(_('Took $0.'), formatDuration(elapsedMilliseconds))
        : format(
            _('Took $0. The VM paused for $1.'),
            formatDuration(elapsedMilliseconds),
            formatDuration(downtimeMilliseconds),
          )}
    </p>
  );
}

function Done({ state }: { readonly state: State<'done'> }): ReactNode {
  const predicted = predictionText(state);
  return (
    <>
      <Duration state={state} />
      {predicted === undefined ? null : <p>{textOf(predicted)}</p>}
      {state.recordError === undefined ? null : <p>{textOf(notRecordedText(state.recordError))}</p>}
      {state.callError === undefined ? null : (
        <>
          <p>{_('The VM arrived, although libvirt reported an error.')}</p>
          <OriginalText>{state.callError}</OriginalText>
        </>
      )}
      <VerificationAnswers answers={state.answers} />
    </>
  );
}

function Failed({
  destination,
  state,
}: {
  readonly destination: string | undefined;
  readonly state: State<'failed'>;
}): ReactNode {
  const { failure, leftBehind } = state;
  return (
    <>
      <p>{textOf(failure.summary)}</p>
      {failure.advice === undefined ? null : <p>{textOf(failure.advice)}</p>}
      {leftBehind === undefined ? null : <p>{textOf(leftBehind)}</p>}
      <OriginalText>{failure.original}</OriginalText>
      {failure.remedies === undefined ? null : (
        <ul className="migrate-remedies" aria-label={_('Logs')}>
          {failure.remedies.map((remedy) => (
            <RemedyView
              key={textOf(remedy.text)}
              remedy={remedy}
              destinationHost={destination === undefined ? '' : hostOf(destination)}
            />
          ))}
        </ul>
      )}
    </>
  );
}

/** The result of a migration; nothing for a running one. */
export function Ended({
  migration,
  onResume,
}: {
  readonly migration: Migration;
  readonly onResume: () => void;
}): ReactNode {
  return (
    <>
      <Whereabouts migration={migration} onResume={onResume} />
      <HowItEnded migration={migration} />
      {migration.historyError === undefined ? null : (
        <p>{format(_('Not written into the history: $0'), migration.historyError)}</p>
      )}
    </>
  );
}

function HowItEnded({ migration }: { readonly migration: Migration }): ReactNode {
  const { state, destination } = migration;
  switch (state.phase) {
    case 'done':
      return <Done state={state} />;
    case 'failed':
      return <Failed destination={destination} state={state} />;
    case 'cancelled':
      return (
        <>
          {state.leftBehind === undefined ? null : <p>{textOf(state.leftBehind)}</p>}
          <VerificationAnswers answers={state.answers} />
        </>
      );
    case 'rehearsing':
    case 'preparing':
    case 'copying':
    case 'switching':
    case 'post-copy':
    case 'verifying':
      return null;
  }
}
