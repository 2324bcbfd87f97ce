// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  Button,
  EmptyState,
  EmptyStateBody,
  SearchInput,
  Spinner,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import type { ReactNode } from 'react';
import {
  filterHistory,
  forecastQuality,
  type HistoryEntry,
  historyCsv,
  historyDocument,
  qualityText,
} from '../../engine/history/index.ts';
import { _, downloadText, format, Notice, ngettext, OriginalText, textOf } from '../common/index.ts';
import type { Model } from '../model/index.ts';
import { HistoryTable } from './history-table.tsx';
import { useHistory } from './use-history.ts';

function ExportButton({
  isDisabled,
  onClick,
  children,
}: {
  readonly isDisabled: boolean;
  readonly onClick: () => void;
  readonly children: string;
}): ReactNode {
  return (
    <ToolbarItem>
      <Button variant="secondary" isDisabled={isDisabled} onClick={onClick}>
        {children}
      </Button>
    </ToolbarItem>
  );
}

interface FilterProps {
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
}

/** Filters the table and exports it. */
function HistoryToolbar({
  shown,
  filter,
  onFilter,
}: FilterProps & { readonly shown: readonly HistoryEntry[] }): ReactNode {
  return (
    <Toolbar>
      <ToolbarContent>
        <ToolbarItem>
          <SearchInput
            aria-label={_('Filter the history')}
            placeholder={_('VM, host, result or person')}
            value={filter}
            onChange={(_event, text) => {
              onFilter(text);
            }}
            onClear={() => {
              onFilter('');
            }}
            resetButtonLabel={_('Clear the filter')}
          />
        </ToolbarItem>
        <ExportButton
          isDisabled={shown.length === 0}
          onClick={() => {
            downloadText('migration-history.csv', 'text/csv', historyCsv(shown));
          }}
        >
          {_('Export as CSV')}
        </ExportButton>
        <ExportButton
          isDisabled={shown.length === 0}
          onClick={() => {
            const document = JSON.stringify(historyDocument(shown), undefined, 2);
            downloadText('migration-history.json', 'application/json', document);
          }}
        >
          {_('Export as JSON')}
        </ExportButton>
      </ToolbarContent>
    </Toolbar>
  );
}

function History({
  entries,
  filter,
  onFilter,
}: FilterProps & { readonly entries: readonly HistoryEntry[] }): ReactNode {
  if (entries.length === 0)
    return (
      <EmptyState titleText={_('No migration yet')} headingLevel="h3">
        <EmptyStateBody>
          {_(
            'A migration that leaves this host appears here once this page or the command line saw its end.',
          )}
        </EmptyStateBody>
      </EmptyState>
    );
  const shown = filterHistory(entries, filter);
  return (
    <>
      <p data-forecast-quality>{qualityText(forecastQuality(shown)).map(textOf).join(' ')}</p>
      <HistoryToolbar shown={shown} filter={filter} onFilter={onFilter} />
      <p role="status">
        {format(ngettext('$0 migration', '$0 migrations', shown.length), String(shown.length))}
      </p>
      <HistoryTable entries={shown} />
    </>
  );
}

/** The page `#/history`: each migration from this host, with forecast and actual figures. */
export function HistoryPage({
  model,
  filter,
  onFilter,
  onBack,
}: FilterProps & { readonly model: Model; readonly onBack: () => void }): ReactNode {
  const state = useHistory(model);
  return (
    <section aria-labelledby="migrate-history-title">
      <Button variant="link" isInline onClick={onBack}>
        {_('Virtual machines')}
      </Button>
      <h2 id="migrate-history-title" className="migrate-area-title">
        {_('Migration history')}
      </h2>
      {state.kind === 'loading' ? <Spinner aria-label={_('Reading the history')} /> : null}
      {state.kind === 'problem' ? (
        <Notice live variant="danger" title={_('The history cannot be read.')}>
          <OriginalText>{state.detail}</OriginalText>
        </Notice>
      ) : null}
      {state.kind === 'ready' ? (
        <History entries={state.entries} filter={filter} onFilter={onFilter} />
      ) : null}
    </section>
  );
}
