// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
} from '@patternfly/react-core';
import type { ReactNode } from 'react';
import type { ConnectionName, VmIdentity } from '../../engine/base/index.ts';
import type { Vm } from '../../engine/inventory/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { _, format, Notice, stateText } from '../common/index.ts';
import { MigrationView } from '../migration/index.ts';
import { type Model, vmKey } from '../model/index.ts';

export interface VmPageProps {
  readonly model: Model;
  /** The name of the VM in the page's location. */
  readonly name: string;
  /** The VMs with that name: none, one, or one of each connection. */
  readonly found: readonly VmIdentity[];
  readonly vms: readonly Vm[];
  readonly migrations: ReadonlyMap<string, Migration>;
  readonly onBack: () => void;
  readonly onResume: (vm: Vm) => void;
  readonly onMigrate: (vm: Vm) => void;
  readonly onWatch: (vm: string, connection: ConnectionName) => void;
  readonly onHistory: (filter: string) => void;
}

function connectionName(connection: ConnectionName): string {
  return connection === 'system' ? _('System') : _('User session');
}

/** This host has no VM with the name in the location. */
function Missing({ name }: Pick<VmPageProps, 'name'>): ReactNode {
  return (
    <Notice live variant="warning" title={format(_('This host has no VM named $0'), name)}>
      {_('The link may be old: the VM may have another name now, or may run on another host already.')}
    </Notice>
  );
}

/** Each connection has a VM with the name in the location. */
function Several({ name, found, onWatch }: Pick<VmPageProps, 'name' | 'found' | 'onWatch'>): ReactNode {
  return (
    <EmptyState titleText={format(_('This host has two VMs named $0'), name)} headingLevel="h3">
      <EmptyStateBody>
        {_('They belong to different connections of libvirt. Choose the connection.')}
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          {found.map(({ connection }) => (
            <Button
              key={connection}
              variant="secondary"
              onClick={() => {
                onWatch(name, connection);
              }}
            >
              {connectionName(connection)}
            </Button>
          ))}
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}

/** The VM is on this host, and no migration of it is known. */
function NoMigration({ vm, onMigrate }: { readonly vm: Vm } & Pick<VmPageProps, 'onMigrate'>): ReactNode {
  return (
    <EmptyState titleText={format(_('$0 is not migrating'), vm.name)} headingLevel="h3">
      {/* TRANSLATORS: $0 is a state, such as "Running" or "Arriving". */}
      <EmptyStateBody>{format(_('State: $0'), stateText(vm, undefined).text)}</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button
            variant="secondary"
            onClick={() => {
              onMigrate(vm);
            }}
          >
            {_('Migrate')}
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}

function Watched({
  vm,
  ...props
}: VmPageProps & {
  readonly vm: VmIdentity;
}): ReactNode {
  const { model, vms, migrations, onResume } = props;
  const row = vms.find((each) => vmKey(each) === vmKey(vm));
  const migration = migrations.get(vmKey(vm));
  if (migration === undefined)
    return row === undefined ? <Missing name={vm.name} /> : <NoMigration vm={row} {...props} />;
  return (
    <MigrationView
      withName
      withChart
      migration={migration}
      onCancel={() => {
        model.migrations.cancel(vm);
      }}
      onSteer={(action) => {
        model.migrations.steer(vm, action);
      }}
      onResume={() => {
        if (row !== undefined) onResume(row);
      }}
      onDismiss={() => {
        model.migrations.dismiss(vm);
      }}
    />
  );
}

/** The page `#/vm/<name>`: the migration of one VM. */
export function VmPage(props: VmPageProps): ReactNode {
  const { name, found, onBack, onHistory } = props;
  const [first, ...others] = found;
  return (
    <section aria-labelledby="migrate-vm-title">
      <Button variant="link" isInline onClick={onBack}>
        {_('Virtual machines')}
      </Button>
      <h2 id="migrate-vm-title" className="migrate-area-title">
        {format(_('Migration of $0'), name)}
      </h2>
      {first === undefined ? <Missing name={name} /> : null}
      {first !== undefined && others.length > 0 ? <Several {...props} /> : null}
      {first !== undefined && others.length === 0 ? <Watched {...props} vm={first} /> : null}
      <Button
        variant="link"
        isInline
        onClick={() => {
          onHistory(name);
        }}
      >
        {_('Past migrations of this VM')}
      </Button>
    </section>
  );
}
