// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import ExclamationTriangleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import { type ReactNode, useId } from 'react';
import type { Confirmation } from '../../engine/inventory/index.ts';
import { textOf } from './text.ts';
import { _ } from './translate.ts';

export interface ConfirmDialogProps {
  readonly confirmation: Confirmation;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before an action that can lose data. The focus is on Cancel. */
export function ConfirmDialog({ confirmation, onConfirm, onCancel }: ConfirmDialogProps): ReactNode {
  const titleId = useId();
  const bodyId = useId();
  const cancelId = useId();
  return (
    <Modal
      isOpen
      variant="small"
      aria-labelledby={titleId}
      aria-describedby={bodyId}
      elementToFocus={`[id="${cancelId}"]`}
      onEscapePress={onCancel}
    >
      <ModalHeader
        labelId={titleId}
        title={textOf(confirmation.title)}
        titleIconVariant={ExclamationTriangleIcon}
      />
      <ModalBody id={bodyId}>{textOf(confirmation.text)}</ModalBody>
      <ModalFooter>
        <Button variant="danger" onClick={onConfirm}>
          {textOf(confirmation.confirm)}
        </Button>
        <Button variant="link" id={cancelId} onClick={onCancel}>
          {_('Cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
