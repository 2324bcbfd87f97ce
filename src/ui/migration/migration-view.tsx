// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, Flex, FlexItem, Progress } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import { notRecordedText, predictionText } from '../../engine/forecast/index.ts';
import { type Migration, resumeRemedy, stalledProgress } from '../../engine/migration/index.ts';
import { stallRemedies, stallText } from '../../engine/progress/index.ts';
import {
  _,
  format,
  formatDuration,
  formatPercent,
  hostOf,
  isUnderWay,
  Notice,
  OriginalText,
  textOf,
} from '../common/index.ts';
import { RemedyList, RemedyView } from '../findings/index.ts';
import { MigrationFigures } from './migration-figures.tsx';
import { phaseText } from './migration-text.ts';
import { VerificationAnswers } from './verification-answers.tsx';

function ProgressBar({ migration }: { readonly migration: Migration }): ReactNode {
  const { state, vm } = migration;
  const name = format(_('Migration of $0'), vm.name);
  if (!isUnderWay(migration)) return null;
  const stuck = state.phase === 'copying' && state.stalled === true;
  if (!('progress' in state) || stuck) {
    // Nothing to measure (yet, or any longer): a bar without a value, as ARIA has it for "not known how far".
    const full = state.phase === 'verifying';
    return (
      <div
        role="progressbar"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(full ? { 'aria-valuenow': 100 } : {})}
        aria-valuetext={phaseText(migration)}
        className={`migrate-bar ${full ? 'migrate-bar-full' : 'migrate-bar-unknown'}`}
      />
    );
  }
  const { percent } = state.progress;
  return (
    <Progress
      aria-label={name}
      value={percent}
      label={format(_('$0 %'), formatPercent(percent))}
      valueText={format(_('$0 %'), formatPercent(percent))}
    />
  );
}

/** Why it gets no closer to its end, and what helps; nothing for a migration that does. */
function Stuck({
  migration,
  onPause,
}: {
  readonly migration: Migration;
  readonly onPause: () => void;
}): ReactNode {
  const progress = stalledProgress(migration);
  if (progress === undefined) return null;
  // Not read out: its figures change each second. That it is so is said by the sentence about the phase.
  return (
    <Notice variant="warning" title={_('It gets no closer to its end')}>
      <p>{stallText(progress).map(textOf).join(' ')}</p>
      <RemedyList
        label={_('What helps')}
        remedies={stallRemedies(migration.vm, progress)}
        destinationHost=""
        onAction={onPause}
      />
    </Notice>
  );
}

function Ended({ migration }: { readonly migration: Migration }): ReactNode {
  const { state } = migration;
  switch (state.phase) {
    case 'done': {
      const { elapsedMilliseconds, downtimeMilliseconds } = state;
      const predicted = predictionText(state);
      const resume = resumeRemedy(migration);
      return (
        <>
          {elapsedMilliseconds === undefined ? null : (
            <p>
              {downtimeMilliseconds === undefined || state.paused === true
                ? format(_('It took $0.'), formatDuration(elapsedMilliseconds))
                : format(
                    _('It took $0. The VM paused for $1.'),
                    formatDuration(elapsedMilliseconds),
                    formatDuration(downtimeMilliseconds),
                  )}
            </p>
          )}
          {predicted === undefined ? null : <p>{textOf(predicted)}</p>}
          {state.recordError === undefined ? null : <p>{textOf(notRecordedText(state.recordError))}</p>}
          {resume === undefined ? null : (
            <ul className="migrate-remedies" aria-label={_('What to do')}>
              <RemedyView remedy={resume} destinationHost="" />
            </ul>
          )}
          <VerificationAnswers answers={state.answers} />
        </>
      );
    }
    case 'failed':
      return (
        <>
          <p>{textOf(state.failure.summary)}</p>
          {state.failure.advice === undefined ? null : <p>{textOf(state.failure.advice)}</p>}
          {state.leftBehind === undefined ? null : <p>{textOf(state.leftBehind)}</p>}
          <OriginalText>{state.failure.original}</OriginalText>
          {state.failure.remedies === undefined ? null : (
            <ul className="migrate-remedies" aria-label={_('Where to look further')}>
              {state.failure.remedies.map((remedy) => (
                <RemedyView
                  key={textOf(remedy.text)}
                  remedy={remedy}
                  destinationHost={migration.destination === undefined ? '' : hostOf(migration.destination)}
                />
              ))}
            </ul>
          )}
        </>
      );
    case 'cancelled':
      return (
        <>
          {state.leftBehind === undefined ? null : <p>{textOf(state.leftBehind)}</p>}
          <VerificationAnswers answers={state.answers} />
        </>
      );
    case 'preparing':
    case 'copying':
    case 'switching':
    case 'post-copy':
    case 'verifying':
      return null;
  }
}

const doneVariant = { confirmed: 'success', contradicted: 'danger', incomplete: 'warning' } as const;

function endedVariant(migration: Migration): 'success' | 'warning' | 'danger' | 'info' | undefined {
  switch (migration.state.phase) {
    case 'done':
      return doneVariant[migration.state.verification];
    case 'failed':
      return 'danger';
    case 'cancelled':
      return 'info';
    case 'preparing':
    case 'copying':
    case 'switching':
    case 'post-copy':
    case 'verifying':
      return undefined;
  }
}

export interface MigrationViewProps {
  readonly migration: Migration;
  /** Heading of the view; the dialog has one of its own. */
  readonly withName: boolean;
  readonly onCancel: () => void;
  /** Pauses the VM, which lets the migration end. */
  readonly onPause: () => void;
  /** Forgets a migration that has ended. */
  readonly onDismiss: () => void;
}

/** One migration: where it is, what libvirt says of it, and how it ended. */
export function MigrationView({
  migration,
  withName,
  onCancel,
  onPause,
  onDismiss,
}: MigrationViewProps): ReactNode {
  const { vm, state, destination, startedHere, cancelling, cancelError } = migration;
  const nameId = useId();
  const variant = endedVariant(migration);
  const words = phaseText(migration);
  // Once the destination has taken over, there is nothing left here that could be called off.
  const canCancel = state.phase === 'preparing' || state.phase === 'copying' || state.phase === 'switching';
  return (
    <section
      className="migrate-migration"
      data-migration={vm.name}
      data-phase={state.phase}
      {...(withName
        ? { 'aria-labelledby': nameId }
        : { 'aria-label': format(_('Migration of $0'), vm.name) })}
    >
      {withName ? (
        <h3 id={nameId} className="migrate-migration-name">
          {destination === undefined
            ? format(_('$0 to another host'), vm.name)
            : // TRANSLATORS: $0 is the name of a VM, $1 the URI of its destination.
              format(_('$0 to $1'), vm.name, destination)}
        </h3>
      ) : null}
      {variant === undefined ? (
        <>
          <p role="status">{cancelling ? _('Cancelling: libvirt was asked to stop.') : words}</p>
          {startedHere || destination !== undefined ? null : (
            <p className="migrate-finding-why">
              {_('It was started elsewhere, so this page does not know where to.')}
            </p>
          )}
          <ProgressBar migration={migration} />
          <Stuck migration={migration} onPause={onPause} />
          {'progress' in state ? <MigrationFigures progress={state.progress} /> : null}
          {cancelError === undefined ? null : (
            <Notice live variant="danger" title={_('libvirt did not cancel the migration. It goes on.')}>
              <OriginalText>{cancelError}</OriginalText>
            </Notice>
          )}
          {canCancel ? (
            <Button variant="secondary" isDanger isDisabled={cancelling} onClick={onCancel}>
              {_('Cancel migration')}
            </Button>
          ) : null}
        </>
      ) : (
        <Notice
          live
          variant={variant}
          title={words}
          dismissLabel={format(_('Dismiss the result for $0'), vm.name)}
          {...(withName ? { onDismiss } : {})}
        >
          <Ended migration={migration} />
        </Notice>
      )}
    </section>
  );
}

/** All migrations that the page knows, above the list. */
export function MigrationsArea({
  migrations,
  onCancel,
  onPause,
  onDismiss,
}: {
  readonly migrations: readonly Migration[];
  readonly onCancel: (migration: Migration) => void;
  readonly onPause: (migration: Migration) => void;
  readonly onDismiss: (migration: Migration) => void;
}): ReactNode {
  const titleId = useId();
  if (migrations.length === 0) return null;
  return (
    <section aria-labelledby={titleId} className="migrate-area">
      <h2 id={titleId} className="migrate-area-title">
        {_('Migrations')}
      </h2>
      <Flex direction={{ default: 'column' }} rowGap={{ default: 'rowGapMd' }}>
        {migrations.map((migration) => (
          <FlexItem key={`${migration.vm.connection}:${migration.vm.uuid}`}>
            <MigrationView
              withName
              migration={migration}
              onCancel={() => {
                onCancel(migration);
              }}
              onPause={() => {
                onPause(migration);
              }}
              onDismiss={() => {
                onDismiss(migration);
              }}
            />
          </FlexItem>
        ))}
      </Flex>
    </section>
  );
}
