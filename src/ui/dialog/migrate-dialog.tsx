// SPDX-License-Identifier: LGPL-2.1-or-later
import { Modal, ModalBody, ModalHeader } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import { visibleText } from '../../engine/base/index.ts';
import { _, format, Notice, OriginalText, textOf } from '../common/index.ts';
import { MigrationView } from '../migration/index.ts';
import { ChoicesView } from './choices-view.tsx';
import { ChoicesFooter, MigrationFooter } from './dialog-footer.tsx';
import { Route } from './route.tsx';
import { type DialogModel, type DialogSubject, useDialog } from './use-dialog.ts';
import { overallVerdict } from './verdict.ts';
import { VerdictLine } from './verdict-line.tsx';

export interface MigrateDialogProps extends DialogSubject {
  readonly onClose: () => void;
  /** Shows the migration on a page of its own instead. */
  readonly onWatch: () => void;
}

/** The choices and findings; after the start, the migration. */
function DialogBody({
  dialog,
  subject: { model, vm },
  onClose,
}: {
  readonly dialog: DialogModel;
  readonly subject: DialogSubject;
  readonly onClose: () => void;
}): ReactNode {
  const { shown, setRefusal } = dialog;
  if (shown === undefined) return <ChoicesView dialog={dialog} />;
  return (
    <MigrationView
      withName={false}
      withChart
      migration={shown}
      onCancel={() => {
        model.migrations.cancel(shown.vm);
      }}
      onSteer={(action) => {
        model.migrations.steer(shown.vm, action);
      }}
      onResume={() => {
        void model.operate(vm, 'resume').then(setRefusal);
      }}
      onDismiss={onClose}
    />
  );
}

/** From the destination to the verified end of one migration. Closing it stops the checks, never a migration. */
export function MigrateDialog({ onClose, onWatch, ...subject }: MigrateDialogProps): ReactNode {
  const { model, vm } = subject;
  const dialog = useDialog(subject);
  const { shown, refusal, preflight, state } = dialog;
  const titleId = useId();
  return (
    <Modal
      isOpen
      variant={shown === undefined ? 'large' : 'medium'}
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
      {shown === undefined ? (
        <div className="migrate-top">
          <Route source={dialog.source} destination={dialog.input} forecast={preflight?.forecast} />
          <VerdictLine verdict={overallVerdict(preflight, state.overrides)} verdictRef={dialog.verdictRef} />
        </div>
      ) : null}
      <ModalBody tabIndex={0} aria-label={format(_('Migration of $0: choices and findings'), vm.name)}>
        {refusal === undefined ? null : (
          <Notice live variant="danger" title={textOf(refusal.summary)}>
            <OriginalText>{refusal.original}</OriginalText>
          </Notice>
        )}
        <DialogBody dialog={dialog} subject={subject} onClose={onClose} />
      </ModalBody>
      {shown === undefined ? (
        <ChoicesFooter dialog={dialog} onClose={onClose} />
      ) : (
        <MigrationFooter
          migration={shown}
          onBack={() => {
            model.migrations.dismiss(shown.vm);
            dialog.dispatch({ type: 'back' });
          }}
          onClose={onClose}
          onWatch={onWatch}
        />
      )}
    </Modal>
  );
}
