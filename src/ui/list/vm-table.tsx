// SPDX-License-Identifier: LGPL-2.1-or-later
import { SortByDirection, Table, Tbody, Th, Thead, Tr } from '@patternfly/react-table';
import { memo, type ReactNode } from 'react';
import type { Refusal } from '../../engine/failure/index.ts';
import type { Vm } from '../../engine/inventory/index.ts';
import { _ } from '../common/index.ts';
import type { ListView, SortColumn } from '../location/index.ts';
import { vmKey } from '../model/index.ts';
import type { MigrationsByVm } from './list-view.ts';
import type { VmAction } from './vm-actions.tsx';
import { VmRow } from './vm-row.tsx';

export interface VmTableProps {
  readonly vms: readonly Vm[];
  readonly migrations: MigrationsByVm;
  readonly refusals: ReadonlyMap<string, Refusal>;
  readonly busy: ReadonlySet<string>;
  /** Why no operation is possible on the VMs of a connection, by its name. */
  readonly whyNothing: Readonly<Partial<Record<Vm['connection'], string>>>;
  readonly withConnection: boolean;
  readonly sort: ListView['sort'];
  readonly descending: boolean;
  readonly onSort: (column: SortColumn, descending: boolean) => void;
  readonly onAction: (vm: Vm, action: VmAction) => void;
  readonly onDismiss: (vm: Vm) => void;
}

/** The VMs of one page of the list. */
export const VmTable = memo(function VmTable(props: VmTableProps): ReactNode {
  const { vms, migrations, refusals, busy, withConnection, sort, descending, onSort } = props;
  const head = (column: SortColumn, title: string, className?: string): ReactNode => (
    <Th
      modifier="nowrap"
      {...(className === undefined ? {} : { className })}
      sort={{
        columnIndex: 0,
        // PatternFly sorts by column numbers; here a column is identified by its name.
        sortBy: column === sort ? { index: 0, direction: descending ? 'desc' : 'asc' } : {},
        onSort: (_event, _index, direction) => {
          onSort(column, direction === SortByDirection.desc);
        },
      }}
    >
      {title}
    </Th>
  );
  return (
    <Table aria-label={_('Virtual machines')} variant="compact" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          {head('name', _('Name'))}
          {head('state', _('State'))}
          {withConnection ? <Th>{_('Connection')}</Th> : null}
          {head('vcpus', _('vCPUs'), 'migrate-number')}
          {head('memory', _('Memory'), 'migrate-number')}
          <Th>{_('Properties')}</Th>
          <Th screenReaderText={_('Actions')} />
        </Tr>
      </Thead>
      <Tbody>
        {vms.map((vm) => (
          <VmRow
            key={vmKey(vm)}
            vm={vm}
            migration={migrations.get(vmKey(vm))}
            refusal={refusals.get(vmKey(vm))}
            busy={busy.has(vmKey(vm))}
            whyNothing={props.whyNothing[vm.connection]}
            withConnection={withConnection}
            onAction={props.onAction}
            onDismiss={props.onDismiss}
          />
        ))}
      </Tbody>
    </Table>
  );
});
