// SPDX-License-Identifier: LGPL-2.1-or-later
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ReactNode } from 'react';
import {
  type HistoryEntry,
  pastRehearsalText,
  pauseText,
  resultText,
  timeText,
} from '../../engine/history/index.ts';
import { steerResultText } from '../../engine/migration/index.ts';
import { _, format, formatBytes, formatTime, hostOf, textOf } from '../common/index.ts';
import { StatusLabel, type StatusTone } from '../findings/index.ts';

function toneOf({ result, verification }: HistoryEntry): StatusTone {
  switch (result) {
    case 'done':
      return verification === 'contradicted'
        ? 'danger'
        : verification === 'incomplete'
          ? 'unknown'
          : 'success';
    case 'failed':
      return 'danger';
    case 'cancelled':
      return 'unknown';
  }
}

/** The chosen options; empty for a permanent migration without options. */
function optionsText({ temporary, copyDisks = [], overrides = [] }: HistoryEntry): string {
  return [
    ...(temporary === true ? [_('temporary')] : []),
    ...(copyDisks.length === 0 ? [] : [format(_('copied $0'), copyDisks.join(', '))]),
    ...(overrides.length === 0 ? [] : [format(_('overridden: $0'), overrides.join(', '))]),
  ].join('; ');
}

/** What was done to it while it ran, in that order. */
function Steered({ steered = [] }: HistoryEntry): ReactNode {
  if (steered.length === 0) return null;
  return (
    <ul className="migrate-steered" aria-label={_('Changes to the migration')}>
      {steered.map((each, index) => {
        const said = textOf(steerResultText(each));
        return (
          // What is past stays as it is.
          <li key={index} data-steering={each.action.kind} data-state={each.state}>
            {formatTime(each.at)} {each.by === 'plan' ? format(_('As planned: $0'), said) : said}
          </li>
        );
      })}
    </ul>
  );
}

function Row({ entry }: { readonly entry: HistoryEntry }): ReactNode {
  const pause = pauseText(entry);
  const rehearsal = pastRehearsalText(entry);
  const sent = entry.actual?.sentBytes;
  return (
    <Tr data-history={entry.result}>
      <Td dataLabel={_('Start')}>{formatTime(entry.start)}</Td>
      <Td dataLabel={_('VM')}>{entry.vm}</Td>
      <Td dataLabel={_('Destination')}>
        {entry.destination === undefined ? _('Unknown') : hostOf(entry.destination)}
      </Td>
      <Td dataLabel={_('Options')}>{optionsText(entry)}</Td>
      <Td dataLabel={_('Rehearsal')}>
        {rehearsal === undefined ? '' : textOf(rehearsal)}
        {entry.rehearsal?.result === 'left-out' && entry.rehearsal.reason !== undefined ? (
          <div className="migrate-finding-why">{entry.rehearsal.reason}</div>
        ) : null}
      </Td>
      <Td dataLabel={_('Result')}>
        <StatusLabel tone={toneOf(entry)}>{textOf(resultText(entry))}</StatusLabel>
        {entry.reason === undefined ? null : <div>{entry.reason}</div>}
        <Steered {...entry} />
      </Td>
      <Td dataLabel={_('Time')}>{textOf(timeText(entry))}</Td>
      <Td dataLabel={_('Pause')}>{pause === undefined ? '' : textOf(pause)}</Td>
      <Td dataLabel={_('Data')}>{sent === undefined ? '' : formatBytes(sent)}</Td>
      <Td dataLabel={_('Started by')}>
        {entry.who ?? (entry.startedHere ? _('Unknown') : _('Someone else'))}
      </Td>
    </Tr>
  );
}

/** The migrations, the newest first. */
export function HistoryTable({ entries }: { readonly entries: readonly HistoryEntry[] }): ReactNode {
  return (
    <Table aria-label={_('Migration history')} variant="compact" gridBreakPoint="grid-lg">
      <Thead>
        <Tr>
          <Th>{_('Start')}</Th>
          <Th>{_('VM')}</Th>
          <Th>{_('Destination')}</Th>
          <Th>{_('Options')}</Th>
          <Th>{_('Rehearsal')}</Th>
          <Th>{_('Result')}</Th>
          <Th>{_('Time')}</Th>
          <Th>{_('Pause')}</Th>
          <Th>{_('Data')}</Th>
          <Th>{_('Started by')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {entries.map((entry) => (
          <Row key={`${entry.uuid} ${entry.start} ${entry.end}`} entry={entry} />
        ))}
      </Tbody>
    </Table>
  );
}
