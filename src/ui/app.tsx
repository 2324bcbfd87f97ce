// SPDX-License-Identifier: LGPL-2.1-or-later
import { EmptyState, EmptyStateBody, Page, PageSection } from '@patternfly/react-core';
import VirtualMachineIcon from '@patternfly/react-icons/dist/esm/icons/virtual-machine-icon';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { VmIdentity } from '../engine/base/index.ts';
import type { Vm } from '../engine/inventory/index.ts';
import { _, ConfirmDialog, format, Notice } from './common/index.ts';
import { MigrateDialog } from './dialog/index.ts';
import {
  AccessNotice,
  ConnectionNotices,
  focusMenu,
  InventoryProblemView,
  ListSkeleton,
  useOperations,
  useVms,
  type VmAction,
  VmList,
} from './list/index.ts';
import { type DialogLocation, type ListView, usePageLocation } from './location/index.ts';
import { MigrationsArea } from './migration/index.ts';
import { type Model, useCell, vmKey } from './model/index.ts';

/** The VM that the dialog is about. It stays the same when the VM leaves the list, as it does at the end. */
function useDialogVm(dialog: DialogLocation | undefined, vms: readonly Vm[]): Vm | undefined {
  const [last, setLast] = useState<Vm>();
  if (dialog === undefined) return undefined;
  const found = vms.find((vm) => vm.name === dialog.vm && vm.connection === dialog.connection);
  if (found !== undefined && found !== last) setLast(found);
  return found ?? (last?.name === dialog.vm && last.connection === dialog.connection ? last : undefined);
}

/** The page. */
export function App({ model }: { readonly model: Model }): ReactNode {
  const [location, changeLocation] = usePageLocation();
  const { connections, host, vms, whyNothing } = useVms(model);
  const administrative = useCell(model.administrative);
  const migrations = useCell(model.migrations.state);
  const migrationsByVm = useMemo(
    () => new Map(migrations.map((migration) => [vmKey(migration.vm), migration])),
    [migrations],
  );
  const operations = useOperations(model);
  const { ask } = operations;
  const { dialog } = location;
  const dialogVm = useDialogVm(dialog, vms);

  const onView = useCallback(
    (change: Partial<ListView>) => {
      changeLocation((present) => ({ ...present, list: { ...present.list, ...change } }));
    },
    [changeLocation],
  );
  const onAction = useCallback(
    (vm: Vm, action: VmAction) => {
      if (action !== 'migrate') {
        ask(vm, action);
        return;
      }
      changeLocation(({ list }) => ({
        list,
        dialog: { vm: vm.name, connection: vm.connection, uri: '', temporary: false, copyDisks: [] },
      }));
    },
    [ask, changeLocation],
  );
  const closeDialog = (vm: VmIdentity | undefined): void => {
    changeLocation(({ list }) => ({ list }));
    if (vm !== undefined) focusMenu(vm);
  };

  const { state } = host;
  const settled = state.kind === 'ready' || state.kind === 'reconnecting';
  // A migration is shown in one place: in its dialog while that is open.
  const inArea = migrations.filter(({ vm }) => dialogVm === undefined || vmKey(vm) !== vmKey(dialogVm));
  return (
    <Page className="pf-m-no-sidebar migrate-page" isContentFilled mainAriaLabel={_('VM migration')}>
      <PageSection hasBodyWrapper={false} isFilled>
        <h1 className="migrate-title" tabIndex={-1}>
          {_('VM migration')}
        </h1>
        <AccessNotice state={host.state} administrative={administrative} />
        {connections.map((connection) => (
          <ConnectionNotices key={connection.inventory.connectionName} {...connection} />
        ))}
        {dialog !== undefined && dialogVm === undefined && settled ? (
          <Notice
            live
            variant="warning"
            title={format(_('This host has no VM named $0'), dialog.vm)}
            onDismiss={() => {
              closeDialog(undefined);
            }}
          >
            {_('The link may be old: the VM may have been renamed, or have moved to another host already.')}
          </Notice>
        ) : null}
        <MigrationsArea
          migrations={inArea}
          onCancel={({ vm }) => {
            model.migrations.cancel(vm);
          }}
          onPause={({ vm }) => {
            const row = vms.find((each) => vmKey(each) === vmKey(vm));
            if (row !== undefined) ask(row, 'pause');
          }}
          onDismiss={({ vm }) => {
            model.migrations.dismiss(vm);
          }}
        />
        {state.kind === 'loading' ? <ListSkeleton /> : null}
        {state.kind === 'problem' ? (
          <InventoryProblemView problem={state.problem} inventory={host.inventory} />
        ) : null}
        {vms.length > 0 ? (
          <VmList
            vms={vms}
            migrations={migrationsByVm}
            refusals={operations.refusals}
            busy={operations.busy}
            whyNothing={whyNothing}
            view={location.list}
            onView={onView}
            onAction={onAction}
            onDismiss={operations.dismiss}
          />
        ) : null}
        {vms.length === 0 && settled ? (
          <EmptyState titleText={_('No VMs on this host')} headingLevel="h2" icon={VirtualMachineIcon}>
            <EmptyStateBody>
              {_(
                'As soon as a VM is made on this host, or arrives from another one, it is shown here. This page makes none itself.',
              )}
            </EmptyStateBody>
          </EmptyState>
        ) : null}
      </PageSection>
      {operations.pending === undefined ? null : (
        <ConfirmDialog
          confirmation={operations.pending.confirmation}
          onConfirm={() => {
            if (operations.pending === undefined) return;
            focusMenu(operations.pending.vm);
            operations.confirm(operations.pending);
          }}
          onCancel={() => {
            if (operations.pending !== undefined) focusMenu(operations.pending.vm);
            operations.forget();
          }}
        />
      )}
      {dialog === undefined || dialogVm === undefined ? null : (
        <MigrateDialog
          key={`${vmKey(dialogVm)} ${dialog.uri} ${dialog.temporary}`}
          model={model}
          vm={dialogVm}
          filledIn={dialog}
          migration={migrationsByVm.get(vmKey(dialogVm))}
          onClose={() => {
            closeDialog(dialogVm);
          }}
        />
      )}
    </Page>
  );
}
