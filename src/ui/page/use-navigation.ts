// SPDX-License-Identifier: LGPL-2.1-or-later
import { useCallback } from 'react';
import type { ConnectionName, VmIdentity } from '../../engine/base/index.ts';
import type { Vm, VmOperation } from '../../engine/inventory/index.ts';
import { focusMenu, type VmAction } from '../list/index.ts';
import { type DialogLocation, type ListView, usePageLocation, type WatchedVm } from '../location/index.ts';

/** Where the page is, and how a person goes elsewhere. */
export interface Navigation {
  readonly list: ListView;
  readonly dialog: DialogLocation | undefined;
  readonly onView: (change: Partial<ListView>) => void;
  readonly onAction: (vm: Vm, action: VmAction) => void;
  readonly closeDialog: (vm: VmIdentity | undefined) => void;
  /** The filter of the history; undefined while the list is shown. */
  readonly history: string | undefined;
  readonly onHistory: (filter: string | undefined) => void;
  /** The VM whose migration has the page to itself. */
  readonly watched: WatchedVm | undefined;
  readonly onWatch: (vm: string, connection: ConnectionName) => void;
  readonly onList: () => void;
}

/** What the address of the page says, and how a person changes it. */
export function useNavigation(ask: (vm: Vm, action: VmOperation) => void): Navigation {
  const [{ list, dialog, watched, history }, changeLocation] = usePageLocation();
  const onView = useCallback(
    (change: Partial<ListView>) => {
      changeLocation((present) => ({ ...present, list: { ...present.list, ...change } }));
    },
    [changeLocation],
  );
  const onWatch = useCallback(
    (vm: string, connection: ConnectionName) => {
      changeLocation(({ list: present }) => ({ list: present, watched: { vm, connection } }));
    },
    [changeLocation],
  );
  const onAction = useCallback(
    (vm: Vm, action: VmAction) => {
      if (action === 'watch') {
        onWatch(vm.name, vm.connection);
        return;
      }
      if (action !== 'migrate') {
        ask(vm, action);
        return;
      }
      changeLocation((present) => ({
        list: present.list,
        dialog: { vm: vm.name, connection: vm.connection, uri: '', temporary: false, copyDisks: [] },
      }));
    },
    [ask, changeLocation, onWatch],
  );
  const closeDialog = (vm: VmIdentity | undefined): void => {
    changeLocation((present) => ({ list: present.list }));
    if (vm !== undefined) focusMenu(vm);
  };
  const onHistory = (filter: string | undefined): void => {
    changeLocation(({ list: present }) => ({
      list: present,
      ...(filter === undefined ? {} : { history: { filter } }),
    }));
  };
  const onList = (): void => {
    changeLocation(({ list: present }) => ({ list: present }));
  };
  return {
    ...{ list, dialog, watched, history: history?.filter },
    ...{ onView, onAction, closeDialog, onHistory, onWatch, onList },
  };
}
