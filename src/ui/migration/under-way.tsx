// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, Progress } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { type Migration, type SteerAction, stalledProgress } from '../../engine/migration/index.ts';
import { stallRemedies, stallText } from '../../engine/progress/index.ts';
import { _, format, formatPercent, isUnderWay, Notice, OriginalText, textOf } from '../common/index.ts';
import { RemedyList } from '../findings/index.ts';
import { MigrationFigures } from './migration-figures.tsx';
import { phaseText } from './migration-text.ts';
import { SteerActions } from './steer-actions.tsx';

function ProgressBar({ migration }: { readonly migration: Migration }): ReactNode {
  const { state, vm } = migration;
  const name = format(_('Migration of $0'), vm.name);
  if (!isUnderWay(migration)) return null;
  const stalled = state.phase === 'copying' && state.stalled === true;
  if (!('progress' in state) || stalled) {
    // No percentage (yet, or any more): a progress bar without a value, as ARIA defines it for unknown progress.
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

/** Why a migration stalls, and what helps; nothing if it does not stall. */
function Stalled({
  migration,
  onSteer,
}: {
  readonly migration: Migration;
  readonly onSteer: (action: SteerAction) => void;
}): ReactNode {
  const progress = stalledProgress(migration);
  if (progress === undefined) return null;
  // Not announced, because its figures change every second. The sentence about the phase announces the stall.
  return (
    <Notice variant="warning" title={_('Migration stalled')}>
      <p>{stallText(progress, migration.measuredBytesPerSecond).map(textOf).join(' ')}</p>
      <RemedyList
        label={_('What to do')}
        remedies={stallRemedies(migration.vm, progress, migration.postCopyAllowed)}
        destinationHost=""
        onAction={() => {
          onSteer({ kind: 'pause-vm' });
        }}
      />
    </Notice>
  );
}

/** A running migration: its phase, its figures, and how to stop it. */
export function UnderWay({
  migration,
  onCancel,
  onSteer,
}: {
  readonly migration: Migration;
  readonly onCancel: () => void;
  readonly onSteer: (action: SteerAction) => void;
}): ReactNode {
  const { state, destination, startedHere, cancelling, cancelError } = migration;
  // After the destination has taken over, it cannot be cancelled.
  const canCancel = state.phase === 'preparing' || state.phase === 'copying' || state.phase === 'switching';
  return (
    <>
      <p role="status">{cancelling ? _('Cancelling: libvirt stops the migration.') : phaseText(migration)}</p>
      {startedHere || destination !== undefined ? null : (
        <p className="migrate-finding-why">
          {_('Destination unknown: the migration was not started on this page.')}
        </p>
      )}
      <ProgressBar migration={migration} />
      <Stalled migration={migration} onSteer={onSteer} />
      {'progress' in state ? <MigrationFigures progress={state.progress} /> : null}
      <SteerActions migration={migration} onSteer={onSteer} />
      {cancelError === undefined ? null : (
        <Notice live variant="danger" title={_('Not cancelled: the migration goes on.')}>
          <OriginalText>{cancelError}</OriginalText>
        </Notice>
      )}
      {canCancel ? (
        <Button variant="secondary" isDanger isDisabled={cancelling} onClick={onCancel}>
          {_('Cancel migration')}
        </Button>
      ) : null}
    </>
  );
}
