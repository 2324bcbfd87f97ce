// SPDX-License-Identifier: LGPL-2.1-or-later
import { Backdrop, Bullseye, Spinner } from '@patternfly/react-core';
import { type ReactNode, useEffect } from 'react';
import type { ConnectionName, VmIdentity } from '../../engine/base/index.ts';
import type { Vm } from '../../engine/inventory/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { _ } from '../common/index.ts';
import type { DialogLocation } from '../location/index.ts';
import { type Model, useCell, vmKey } from '../model/index.ts';
import { laterPart } from './later-part.ts';
import { NotLoaded } from './not-loaded.tsx';

/** The dialog, which is loaded later: with the checks it is larger than the list. */
export const dialogScript = laterPart(async () => {
  const { MigrateDialog } = await import('../dialog/index.ts');
  return { MigrateDialog };
});

/** Calls back when the browser is idle. Safari cannot tell. */
function whenIdle(then: () => void): () => void {
  if (typeof window.requestIdleCallback !== 'function') {
    const timer = window.setTimeout(then, 500);
    return () => {
      window.clearTimeout(timer);
    };
  }
  const callback = window.requestIdleCallback(then);
  return () => {
    window.cancelIdleCallback(callback);
  };
}

/** Loads what the dialog needs: at once if it is open, else when the list is there and the browser is idle. */
function useDialogParts(
  model: Model,
  open: boolean,
  beforehand: boolean,
): readonly [ReturnType<typeof dialogScript.state.get>, ReturnType<Model['newPreflights']['state']['get']>] {
  const { newPreflights } = model;
  useEffect(() => {
    const load = (): void => {
      // Neither rejects.
      void dialogScript.load();
      void newPreflights.load();
    };
    if (open) {
      load();
      return undefined;
    }
    return beforehand ? whenIdle(load) : undefined;
  }, [newPreflights, open, beforehand]);
  return [useCell(dialogScript.state), useCell(newPreflights.state)];
}

export interface DialogPlaceProps {
  readonly model: Model;
  /** The VM of the dialog; undefined while it is closed. */
  readonly vm: Vm | undefined;
  readonly filledIn: DialogLocation | undefined;
  readonly migrations: ReadonlyMap<string, Migration>;
  readonly onClose: (vm: VmIdentity) => void;
  readonly onWatch: (vm: string, connection: ConnectionName) => void;
  /** The list is there: the dialog may be loaded before it is asked for. */
  readonly beforehand: boolean;
}

/** The open dialog, or a placeholder until it is loaded. */
export function DialogPlace({
  model,
  vm,
  filledIn,
  migrations,
  onClose,
  onWatch,
  beforehand,
}: DialogPlaceProps): ReactNode {
  const open = vm !== undefined && filledIn !== undefined;
  const [dialog, preflights] = useDialogParts(model, open, beforehand);
  if (!open) return null;
  const close = (): void => {
    onClose(vm);
  };
  if (dialog.kind === 'failed')
    return <NotLoaded title={_('The dialog could not be loaded')} error={dialog.error} onDismiss={close} />;
  if (preflights.kind === 'failed')
    return (
      <NotLoaded title={_('The dialog could not be loaded')} error={preflights.error} onDismiss={close} />
    );
  if (dialog.kind === 'waiting' || preflights.kind === 'waiting')
    return (
      <Backdrop>
        <Bullseye>
          <Spinner aria-label={_('Loading the dialog')} />
        </Bullseye>
      </Backdrop>
    );
  const { MigrateDialog } = dialog.value;
  return (
    <MigrateDialog
      key={`${vmKey(vm)} ${filledIn.uri} ${filledIn.temporary}`}
      model={model}
      newPreflights={preflights.value}
      vm={vm}
      filledIn={filledIn}
      migration={migrations.get(vmKey(vm))}
      onClose={close}
      onWatch={() => {
        onWatch(vm.name, vm.connection);
      }}
    />
  );
}
