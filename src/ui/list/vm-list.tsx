// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  FormSelect,
  FormSelectOption,
  Pagination,
  SearchInput,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { type ReactNode, useCallback, useDeferredValue, useMemo } from 'react';
import type { Refusal } from '../../engine/failure/index.ts';
import type { Vm } from '../../engine/inventory/index.ts';
import { _, format, ngettext } from '../common/index.ts';
import {
  defaultListView,
  type ListView,
  pageSizes,
  type SortColumn,
  type StateFilter,
} from '../location/index.ts';
import { type MigrationsByVm, visibleVms } from './list-view.ts';
import type { VmAction } from './vm-actions.tsx';
import { VmTable } from './vm-table.tsx';

export interface VmListProps {
  readonly vms: readonly Vm[];
  readonly migrations: MigrationsByVm;
  readonly refusals: ReadonlyMap<string, Refusal>;
  readonly busy: ReadonlySet<string>;
  readonly whyNothing: Readonly<Partial<Record<Vm['connection'], string>>>;
  readonly view: ListView;
  readonly onView: (change: Partial<ListView>) => void;
  readonly onAction: (vm: Vm, action: VmAction) => void;
  readonly onDismiss: (vm: Vm) => void;
}

function StateSelect({
  value,
  onChange,
}: {
  readonly value: StateFilter;
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <FormSelect
      aria-label={_('Filter by state')}
      value={value}
      onChange={(_event, chosen) => {
        onChange(chosen);
      }}
    >
      <FormSelectOption value="any" label={_('Any state')} />
      <FormSelectOption value="running" label={_('Running')} />
      <FormSelectOption value="paused" label={_('Paused')} />
      <FormSelectOption value="shut-off" label={_('Shut off')} />
      <FormSelectOption value="migrating" label={_('Migrating')} />
    </FormSelect>
  );
}

function stateFilterOf(value: string): StateFilter {
  switch (value) {
    case 'running':
    case 'paused':
    case 'shut-off':
    case 'migrating':
      return value;
    default:
      return 'any';
  }
}

/** The VMs that match the view's filter, and those on its page. */
interface Shown {
  readonly viewed: readonly Vm[];
  readonly page: number;
  readonly shown: readonly Vm[];
}

function useShown({ vms, migrations, view }: Pick<VmListProps, 'vms' | 'migrations' | 'view'>): Shown {
  // Typing stays fast with many VMs: the table is updated with lower priority.
  const filter = useDeferredValue(view.filter);
  const { state, sort, descending } = view;
  const viewed = useMemo(
    () => visibleVms(vms, { filter, state, sort, descending }, migrations),
    [vms, filter, state, sort, descending, migrations],
  );
  const pages = Math.max(1, Math.ceil(viewed.length / view.perPage));
  const page = Math.min(view.page, pages);
  const start = (page - 1) * view.perPage;
  const shown = useMemo(() => viewed.slice(start, start + view.perPage), [viewed, start, view.perPage]);
  return { viewed, page, shown };
}

function Filters({ view, onView }: Pick<VmListProps, 'view' | 'onView'>): ReactNode {
  return (
    <>
      <ToolbarItem className="migrate-filter">
        <SearchInput
          aria-label={_('Filter by name')}
          placeholder={_('Filter by name')}
          resetButtonLabel={_('Clear the filter')}
          value={view.filter}
          onChange={(_event, value) => {
            onView({ filter: value, page: 1 });
          }}
          onClear={() => {
            onView({ filter: '', page: 1 });
          }}
        />
      </ToolbarItem>
      <ToolbarItem>
        <StateSelect
          value={view.state}
          onChange={(chosen) => {
            onView({ state: stateFilterOf(chosen), page: 1 });
          }}
        />
      </ToolbarItem>
    </>
  );
}

function ListToolbar({
  vms,
  view,
  onView,
  viewed,
  page,
}: Pick<VmListProps, 'vms' | 'view' | 'onView'> & Omit<Shown, 'shown'>): ReactNode {
  return (
    <Toolbar className="migrate-toolbar">
      <ToolbarContent>
        <Filters view={view} onView={onView} />
        <ToolbarItem className="migrate-count">
          <span role="status">
            {viewed.length === vms.length
              ? format(ngettext('$0 VM', '$0 VMs', vms.length), vms.length)
              : format(ngettext('$1 of $0 VM', '$1 of $0 VMs', vms.length), vms.length, viewed.length)}
          </span>
        </ToolbarItem>
        {viewed.length > pageSizes[0] ? (
          <ToolbarItem variant="pagination" align={{ default: 'alignEnd' }}>
            <Pages
              count={viewed.length}
              page={page}
              perPage={view.perPage}
              onPage={(next) => {
                onView({ page: next });
              }}
              onPerPage={(perPage) => {
                onView({ perPage, page: 1 });
              }}
            />
          </ToolbarItem>
        ) : null}
      </ToolbarContent>
    </Toolbar>
  );
}

function NoMatch({ onClear }: { readonly onClear: () => void }): ReactNode {
  return (
    <EmptyState titleText={_('No VM matches the filter')} headingLevel="h2" icon={SearchIcon}>
      <EmptyStateBody>{_('Change the filter, or clear it to see all VMs.')}</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" onClick={onClear}>
            {_('Clear all filters')}
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}

/** The list with filter, order and pages. */
export function VmList(props: VmListProps): ReactNode {
  const { vms, view, onView } = props;
  const { viewed, page, shown } = useShown(props);
  const onSort = useCallback(
    (column: SortColumn, isDescending: boolean) => {
      onView({ sort: column, descending: isDescending, page: 1 });
    },
    [onView],
  );
  return (
    <>
      <ListToolbar vms={vms} view={view} onView={onView} viewed={viewed} page={page} />
      {viewed.length === 0 ? (
        <NoMatch
          onClear={() => {
            onView({ filter: '', state: defaultListView.state, page: 1 });
          }}
        />
      ) : (
        <VmTable
          vms={shown}
          migrations={props.migrations}
          refusals={props.refusals}
          busy={props.busy}
          whyNothing={props.whyNothing}
          withConnection={vms.some((vm) => vm.connection === 'session')}
          sort={view.sort}
          descending={view.descending}
          onSort={onSort}
          onAction={props.onAction}
          onDismiss={props.onDismiss}
        />
      )}
    </>
  );
}

function Pages({
  count,
  page,
  perPage,
  onPage,
  onPerPage,
}: {
  readonly count: number;
  readonly page: number;
  readonly perPage: number;
  readonly onPage: (page: number) => void;
  readonly onPerPage: (perPage: number) => void;
}): ReactNode {
  return (
    <Pagination
      isCompact
      itemCount={count}
      page={page}
      perPage={perPage}
      perPageOptions={pageSizes.map((size) => ({ title: String(size), value: size }))}
      onSetPage={(_event, next) => {
        onPage(next);
      }}
      onPerPageSelect={(_event, size) => {
        onPerPage(size);
      }}
      titles={{
        items: '',
        page: '',
        itemsPerPage: _('VMs per page'),
        perPageSuffix: _('per page'),
        toPreviousPageAriaLabel: _('Previous page'),
        toNextPageAriaLabel: _('Next page'),
        toFirstPageAriaLabel: _('First page'),
        toLastPageAriaLabel: _('Last page'),
        currPageAriaLabel: _('Current page'),
        paginationAriaLabel: _('Pages of the list'),
        // TRANSLATORS: stands between the numbers of a range and the whole: 1 - 20 of 57.
        ofWord: _('of'),
      }}
    />
  );
}
