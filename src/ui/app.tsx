// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, EmptyState, EmptyStateBody, Page, PageSection } from '@patternfly/react-core';
import VirtualMachineIcon from '@patternfly/react-icons/dist/esm/icons/virtual-machine-icon';
import { type ReactNode, useMemo, useState } from 'react';
import type { VmIdentity } from '../engine/base/index.ts';
import type { Vm } from '../engine/inventory/index.ts';
import type { Migration } from '../engine/migration/index.ts';
import { _, ConfirmDialog, format, Notice } from './common/index.ts';
import {
  AccessNotice,
  ConnectionNotices,
  focusMenu,
  InventoryProblemView,
  ListSkeleton,
  useOperations,
  useVms,
  VmList,
} from './list/index.ts';
import type { DialogLocation } from './location/index.ts';
import { MigrationNews, MigrationsArea } from './migration/index.ts';
import { type Model, useCell, vmKey, watchedVms } from './model/index.ts';
import { DialogPlace, HistoryPlace, type Navigation, useNavigation, VmPlace } from './page/index.ts';

/** The VM of the dialog. It stays the same when the VM leaves the list at the end of its migration. */
function useDialogVm(dialog: DialogLocation | undefined, vms: readonly Vm[]): Vm | undefined {
  const [last, setLast] = useState<Vm>();
  if (dialog === undefined) return undefined;
  const found = vms.find((vm) => vm.name === dialog.vm && vm.connection === dialog.connection);
  if (found !== undefined && found !== last) setLast(found);
  return found ?? (last?.name === dialog.vm && last.connection === dialog.connection ? last : undefined);
}

/** Shown if a link names a VM that this host does not have. */
function MissingVm({
  name,
  onDismiss,
}: {
  readonly name: string;
  readonly onDismiss: () => void;
}): ReactNode {
  return (
    <Notice
      live
      variant="warning"
      title={format(_('This host has no VM named $0'), name)}
      onDismiss={onDismiss}
    >
      {_('The link may be old: the VM may have another name now, or may run on another host already.')}
    </Notice>
  );
}

function NoVms(): ReactNode {
  return (
    <EmptyState titleText={_('No VMs on this host')} headingLevel="h2" icon={VirtualMachineIcon}>
      <EmptyStateBody>
        {_('A VM appears here as soon as this host has one. This page creates none.')}
      </EmptyStateBody>
    </EmptyState>
  );
}

/** Asks before an operation that can lose data, and returns the focus to the VM's menu. */
function PendingOperation({
  operations: { pending, confirm, forget },
}: {
  readonly operations: ReturnType<typeof useOperations>;
}): ReactNode {
  if (pending === undefined) return null;
  return (
    <ConfirmDialog
      confirmation={pending.confirmation}
      onConfirm={() => {
        focusMenu(pending.vm);
        confirm(pending);
      }}
      onCancel={() => {
        focusMenu(pending.vm);
        forget();
      }}
    />
  );
}

/** The migrations that are not shown in a dialog. */
function OtherMigrations({
  model,
  migrations,
  vms,
  onResume,
}: {
  readonly model: Model;
  readonly migrations: readonly Migration[];
  readonly vms: readonly Vm[];
  readonly onResume: (vm: Vm) => void;
}): ReactNode {
  return (
    <MigrationsArea
      migrations={migrations}
      onCancel={({ vm }) => {
        model.migrations.cancel(vm);
      }}
      onSteer={({ vm }, action) => {
        model.migrations.steer(vm, action);
      }}
      onResume={({ vm }) => {
        const row = vms.find((each) => vmKey(each) === vmKey(vm));
        if (row !== undefined) onResume(row);
      }}
      onDismiss={({ vm }) => {
        model.migrations.dismiss(vm);
      }}
    />
  );
}

/** The list of the VMs, or why there is none. */
function Vms({
  listed: { host, vms, whyNothing },
  navigation: { list, onView, onAction },
  operations,
  migrations,
}: {
  readonly listed: ReturnType<typeof useVms>;
  readonly navigation: Navigation;
  readonly operations: ReturnType<typeof useOperations>;
  readonly migrations: ReadonlyMap<string, Migration>;
}): ReactNode {
  const { state } = host;
  return (
    <>
      {state.kind === 'loading' ? <ListSkeleton /> : null}
      {state.kind === 'problem' ? (
        <InventoryProblemView problem={state.problem} inventory={host.inventory} />
      ) : null}
      {vms.length > 0 ? (
        <VmList
          vms={vms}
          migrations={migrations}
          refusals={operations.refusals}
          busy={operations.busy}
          whyNothing={whyNothing}
          view={list}
          onView={onView}
          onAction={onAction}
          onDismiss={operations.dismiss}
        />
      ) : null}
      {vms.length === 0 && isSettled(host) ? <NoVms /> : null}
    </>
  );
}

/** True when the list is complete. */
function isSettled({ state }: ReturnType<typeof useVms>['host']): boolean {
  return state.kind === 'ready' || state.kind === 'reconnecting';
}

function HistoryLink({ onOpen }: { readonly onOpen: (filter: string) => void }): ReactNode {
  return (
    <Button
      variant="link"
      isInline
      onClick={() => {
        onOpen('');
      }}
    >
      {_('Migration history')}
    </Button>
  );
}

interface ContentProps {
  readonly model: Model;
  readonly listed: ReturnType<typeof useVms>;
  readonly navigation: Navigation;
  readonly operations: ReturnType<typeof useOperations>;
  readonly migrations: ReadonlyMap<string, Migration>;
  /** The VMs that the address may mean, where it names one to be watched. */
  readonly found: readonly VmIdentity[];
}

/** The list, or the history, or the migration of one VM: as the address says. */
function Content({ model, listed, navigation, operations, migrations, found }: ContentProps): ReactNode {
  const { history, watched, onHistory, onList, onAction, onWatch } = navigation;
  if (history !== undefined)
    return <HistoryPlace model={model} filter={history} onFilter={onHistory} onBack={onList} />;
  if (watched !== undefined)
    return (
      <VmPlace
        {...{ model, found, migrations, onWatch, onHistory }}
        name={watched.vm}
        vms={listed.vms}
        settled={isSettled(listed.host)}
        onBack={onList}
        onResume={(vm) => {
          operations.ask(vm, 'resume');
        }}
        onMigrate={(vm) => {
          onAction(vm, 'migrate');
        }}
      />
    );
  return (
    <>
      <HistoryLink onOpen={onHistory} />
      <Vms listed={listed} navigation={navigation} operations={operations} migrations={migrations} />
    </>
  );
}

/** What is wrong with the access, the connections, or the link to a dialog. */
function Notices({
  model,
  listed: { host, connections },
  navigation: { dialog, closeDialog },
  dialogVm,
}: Pick<ContentProps, 'model' | 'listed' | 'navigation'> & { readonly dialogVm: Vm | undefined }): ReactNode {
  const administrative = useCell(model.administrative);
  return (
    <>
      <AccessNotice state={host.state} administrative={administrative} />
      {connections.map((connection) => (
        <ConnectionNotices key={connection.inventory.connectionName} {...connection} />
      ))}
      {dialog !== undefined && dialogVm === undefined && isSettled(host) ? (
        <MissingVm
          name={dialog.vm}
          onDismiss={() => {
            closeDialog(undefined);
          }}
        />
      ) : null}
    </>
  );
}

/** The page. */
export function App({ model }: { readonly model: Model }): ReactNode {
  const listed = useVms(model);
  const { host, vms } = listed;
  const migrations = useCell(model.migrations.state);
  const migrationsByVm = useMemo(
    () => new Map(migrations.map((migration) => [vmKey(migration.vm), migration])),
    [migrations],
  );
  const operations = useOperations(model);
  const navigation = useNavigation(operations.ask);
  const { dialog, watched, closeDialog, onWatch } = navigation;
  const dialogVm = useDialogVm(dialog, vms);
  const found = watchedVms(watched, vms, migrations);
  // A migration is shown in one place: in its dialog while that is open, or on its own page.
  const others =
    watched === undefined
      ? migrations.filter(({ vm }) => dialogVm === undefined || vmKey(vm) !== vmKey(dialogVm))
      : [];
  return (
    <Page className="pf-m-no-sidebar migrate-page" isContentFilled mainAriaLabel={_('VM migration')}>
      <PageSection hasBodyWrapper={false} isFilled>
        <h1 className="migrate-title" tabIndex={-1}>
          {_('VM migration')}
        </h1>
        <Notices {...{ model, listed, navigation, dialogVm }} />
        <DialogPlace
          model={model}
          vm={dialogVm}
          filledIn={dialog}
          migrations={migrationsByVm}
          onClose={closeDialog}
          onWatch={onWatch}
          beforehand={isSettled(host)}
        />
        <OtherMigrations
          model={model}
          migrations={others}
          vms={vms}
          onResume={(vm) => {
            operations.ask(vm, 'resume');
          }}
        />
        <Content {...{ model, listed, navigation, operations, found }} migrations={migrationsByVm} />
      </PageSection>
      <PendingOperation operations={operations} />
      <MigrationNews
        migrations={migrations}
        watched={dialogVm ?? found[0]}
        onShow={({ name, connection }) => {
          onWatch(name, connection);
        }}
      />
    </Page>
  );
}
