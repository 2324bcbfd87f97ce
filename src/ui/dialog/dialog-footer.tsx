// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, ModalFooter } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import type { Migration } from '../../engine/migration/index.ts';
import { _, isUnderWay } from '../common/index.ts';
import type { DialogModel } from './use-dialog.ts';

/** Before the migration: buttons to migrate, check (again) or cancel, and why Migrate is disabled. */
export function ChoicesFooter({
  dialog,
  onClose,
}: {
  readonly dialog: DialogModel;
  readonly onClose: () => void;
}): ReactNode {
  const { ready, text, state, dispatch, checking, checkable, rehearse, start } = dialog;
  const whyId = useId();
  return (
    <ModalFooter className="migrate-footer">
      <div className="migrate-buttons">
        <Button isDisabled={!ready} aria-describedby={whyId} onClick={start}>
          {_('Migrate')}
        </Button>
        {state.fromLink ? (
          <Button
            variant="secondary"
            isDisabled={!checkable}
            aria-describedby={whyId}
            onClick={() => {
              dispatch({ type: 'check' });
            }}
          >
            {_('Check')}
          </Button>
        ) : (
          <Button
            variant="secondary"
            isDisabled={checking}
            onClick={() => {
              dispatch({ type: 'check-again' });
            }}
          >
            {_('Check again')}
          </Button>
        )}
        <Button
          variant="secondary"
          isDisabled={checking || state.fromLink}
          aria-describedby={whyId}
          onClick={rehearse}
        >
          {_('Rehearse')}
        </Button>
        <Button variant="link" onClick={onClose}>
          {_('Cancel')}
        </Button>
      </div>
      <p id={whyId} role="status" className="migrate-why" data-ready={ready}>
        {text}
      </p>
    </ModalFooter>
  );
}

/** During the migration and at its end. */
export function MigrationFooter({
  migration,
  onBack,
  onClose,
  onWatch,
}: {
  readonly migration: Migration;
  readonly onBack: () => void;
  readonly onClose: () => void;
  readonly onWatch: () => void;
}): ReactNode {
  const ended = !isUnderWay(migration);
  const { phase } = migration.state;
  return (
    <ModalFooter className="migrate-footer">
      <div className="migrate-buttons">
        <Button variant={ended ? 'primary' : 'secondary'} onClick={onClose}>
          {_('Close')}
        </Button>
        {phase === 'failed' || phase === 'cancelled' ? (
          <Button variant="secondary" onClick={onBack}>
            {_('Back to the checks')}
          </Button>
        ) : null}
        <Button variant="link" onClick={onWatch}>
          {_('Show on its own page')}
        </Button>
      </div>
      {ended ? null : (
        <p className="migrate-why">
          {_('You can close the dialog and the browser: the migration continues, and the page shows it.')}
        </p>
      )}
    </ModalFooter>
  );
}
