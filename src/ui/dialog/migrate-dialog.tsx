// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type ReactNode, useId, useMemo, useReducer, useRef, useState } from 'react';
import { type RemedyAction, visibleText } from '../../engine/base/index.ts';
import { parseDestination } from '../../engine/destination/index.ts';
import type { Refusal } from '../../engine/failure/index.ts';
import type { Vm } from '../../engine/inventory/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { planFor } from '../../engine/plan/index.ts';
import { _, format, isUnderWay, Notice, OriginalText, textOf } from '../common/index.ts';
import type { DialogLocation } from '../location/index.ts';
import { MigrationView } from '../migration/index.ts';
import { type Model, useCell } from '../model/index.ts';
import { choicesOf, openedDialog, optionsComplete, reduceDialog } from './dialog-state.ts';
import { MigrateForm } from './migrate-form.tsx';
import { readiness } from './readiness.ts';
import { usePreflight } from './use-preflight.ts';

export interface MigrateDialogProps {
  readonly model: Model;
  readonly vm: Vm;
  /** What a link filled in. */
  readonly filledIn: DialogLocation;
  /** The VM's migration, if the page knows one. */
  readonly migration: Migration | undefined;
  readonly onClose: () => void;
}

/** From the destination to the verified end of one migration. Closing it stops the checks, never a migration. */
export function MigrateDialog({ model, vm, filledIn, migration, onClose }: MigrateDialogProps): ReactNode {
  const [state, dispatch] = useReducer(reduceDialog, filledIn, openedDialog);
  const [refusal, setRefusal] = useState<Refusal>();
  const titleId = useId();
  const whyId = useId();
  const confirmRef = useRef<HTMLDivElement>(null);
  const summaryRef = useRef<HTMLParagraphElement>(null);
  const localNames = useCell(model.localNames);
  const make = useMemo(() => model.newPreflights(vm.connection), [model, vm.connection]);
  const recent = useMemo(() => model.destinations.list(), [model]);
  const input = useMemo(
    () => parseDestination(state.destination, { localNames, connection: vm.connection }),
    [state.destination, localNames, vm.connection],
  );
  const choices = choicesOf(state, vm, input);
  const shown = state.started || isUnderWay(migration) ? migration : undefined;
  const confirmed = input.kind === 'valid' && input.dangerous.every(({ name }) => state.confirmed.has(name));
  const preflight = usePreflight(
    make,
    confirmed && !state.fromLink && shown === undefined && !state.started ? choices : undefined,
    state.round,
  );
  const plan = planFor(
    choices ?? {
      vm,
      destination: '',
      temporary: state.temporary,
      copyDisks: [...state.copyDisks].sort(),
      confirmedUriParameters: [],
    },
  );
  const { ready, text: why } = readiness(
    input,
    optionsComplete(state),
    state.confirmed,
    state.fromLink,
    preflight,
    state.overrides,
  );

  const start = (): void => {
    if (!ready || choices === undefined) return;
    dispatch({ type: 'started' });
    model.destinations.remember(choices.destination);
    model.migrations.start(choices, planFor(choices), preflight?.forecast);
  };
  const changeVm = (change: Promise<Refusal | undefined>): void => {
    setRefusal(undefined);
    // Settles with a value: a refusal is one.
    void change.then((answer) => {
      setRefusal(answer);
      dispatch({ type: 'check-again' });
    });
  };
  const onAction = (action: RemedyAction): void => {
    // The button goes with its finding, and would take the focus along; what comes of it is said there.
    if (action.kind !== 'confirm-uri-parameters') summaryRef.current?.focus();
    switch (action.kind) {
      case 'set-destination':
        dispatch({ type: 'destination', text: action.uri, typed: false });
        break;
      case 'set-migration-uri':
        dispatch({ type: 'options', open: true });
        dispatch({ type: 'migration-address', text: action.uri });
        break;
      case 'confirm-uri-parameters':
        confirmRef.current?.querySelector('input')?.focus();
        break;
      case 'pause-vm':
        changeVm(model.operate(vm, 'pause'));
        break;
      case 'eject-medium':
        changeVm(model.ejectMedium(vm, action.disk));
        break;
      case 'copy-disks':
        dispatch({ type: 'options', open: true });
        dispatch({ type: 'copy-disks', disks: action.disks });
        break;
    }
  };

  const ended = shown !== undefined && !isUnderWay(shown);
  return (
    <Modal
      isOpen
      variant="medium"
      aria-labelledby={titleId}
      className="migrate-dialog"
      position="top"
      elementToFocus=".migrate-dialog input, .migrate-dialog button"
      onEscapePress={onClose}
    >
      <ModalHeader
        labelId={titleId}
        title={_('Migrate VM to another host')}
        description={visibleText(vm.name)}
      />
      <ModalBody tabIndex={0} aria-label={format(_('Migration of $0: choices and findings'), vm.name)}>
        {refusal === undefined ? null : (
          <Notice live variant="danger" title={textOf(refusal.summary)}>
            <OriginalText>{refusal.original}</OriginalText>
          </Notice>
        )}
        {shown === undefined ? (
          <MigrateForm
            state={state}
            dispatch={dispatch}
            input={input}
            choices={choices}
            plan={plan}
            preflight={preflight}
            recent={recent}
            confirmRef={confirmRef}
            summaryRef={summaryRef}
            onAction={onAction}
          />
        ) : (
          <MigrationView
            withName={false}
            migration={shown}
            onCancel={() => {
              model.migrations.cancel(shown.vm);
            }}
            onPause={() => {
              // Settles with a value: a refusal is one.
              void model.operate(vm, 'pause').then(setRefusal);
            }}
            onDismiss={onClose}
          />
        )}
      </ModalBody>
      {shown === undefined ? (
        <ModalFooter className="migrate-footer">
          <p id={whyId} role="status" className="migrate-why" data-ready={ready}>
            {why}
          </p>
          <div className="migrate-buttons">
            <Button isDisabled={!ready} aria-describedby={whyId} onClick={start}>
              {_('Migrate')}
            </Button>
            {state.fromLink ? (
              <Button
                variant="secondary"
                isDisabled={choices === undefined || !confirmed}
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
                isDisabled={preflight === undefined || preflight.running}
                onClick={() => {
                  dispatch({ type: 'check-again' });
                }}
              >
                {_('Check again')}
              </Button>
            )}
            <Button variant="link" onClick={onClose}>
              {_('Cancel')}
            </Button>
          </div>
        </ModalFooter>
      ) : (
        <ModalFooter className="migrate-footer">
          {ended ? null : (
            <p className="migrate-why">
              {_('The dialog and the browser may be closed: the migration goes on, and the page shows it.')}
            </p>
          )}
          <div className="migrate-buttons">
            <Button variant={ended ? 'primary' : 'secondary'} onClick={onClose}>
              {_('Close')}
            </Button>
            {shown.state.phase === 'failed' || shown.state.phase === 'cancelled' ? (
              <Button
                variant="secondary"
                onClick={() => {
                  model.migrations.dismiss(shown.vm);
                  dispatch({ type: 'back' });
                }}
              >
                {_('Back to the checks')}
              </Button>
            ) : null}
          </div>
        </ModalFooter>
      )}
    </Modal>
  );
}
