// SPDX-License-Identifier: LGPL-2.1-or-later
import type { RefObject } from 'react';
import type { RemedyAction } from '../../engine/base/index.ts';
import type { Refusal } from '../../engine/failure/index.ts';
import type { Vm } from '../../engine/inventory/index.ts';
import type { Model } from '../model/index.ts';
import type { DialogAction } from './dialog-state.ts';

export interface RemedyActionsContext {
  readonly model: Model;
  readonly vm: Vm;
  readonly dispatch: (action: DialogAction) => void;
  readonly setRefusal: (refusal: Refusal | undefined) => void;
  readonly confirmRef: RefObject<HTMLDivElement | null>;
  readonly verdictRef: RefObject<HTMLParagraphElement | null>;
}

/** Performs the action of a remedy's button. */
export function remedyActions(context: RemedyActionsContext): (action: RemedyAction) => void {
  const { model, vm, dispatch, setRefusal, confirmRef, verdictRef } = context;
  const changeVm = (change: Promise<Refusal | undefined>): void => {
    setRefusal(undefined);
    // Always resolves: a refusal is a value.
    void change.then((answer) => {
      setRefusal(answer);
      dispatch({ type: 'check-again' });
    });
  };
  return (action) => {
    // The button disappears with its finding, and the focus would be lost. The result is shown there.
    if (action.kind !== 'confirm-uri-parameters') verdictRef.current?.focus();
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
      case 'resume-vm':
        changeVm(model.operate(vm, 'resume'));
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
}
