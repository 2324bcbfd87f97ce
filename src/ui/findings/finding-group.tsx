// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ReactNode, useId, useState } from 'react';
import { _, format } from '../common/index.ts';
import { type CheckRow, type GroupOfRows, groupName } from './check-groups.ts';
import { Disclosure } from './disclosure.tsx';
import type { FindingHandlers } from './finding-body.tsx';
import { FindingRow } from './finding-row.tsx';
import { StatusIcon } from './status.tsx';
import { tallyTexts, toneOf, verdictCountsOf, verdictText } from './verdict-text.ts';

export interface FindingGroupProps extends FindingHandlers {
  readonly group: GroupOfRows;
  readonly running: boolean;
  readonly noticeOf: (row: CheckRow) => string;
}

/** The progress of the checks of a group, or their result. */
function groupCounts({ rows }: GroupOfRows, running: boolean): string {
  const tally = verdictCountsOf(rows.map(({ verdict }) => verdict));
  if (running && tally.waiting > 0)
    // TRANSLATORS: $0 checks of $1 are done.
    return format(_('$0 of $1'), rows.length - tally.waiting, rows.length);
  return tallyTexts(tally)
    .map(({ text }) => text)
    .join(', ');
}

/** The checks of one group in one line that expands in place. It is expanded if something in it needs the admin. */
export function FindingGroup({ group, running, ...rest }: FindingGroupProps): ReactNode {
  const [chosen, setChosen] = useState<boolean>();
  const toggleId = useId();
  const rowsId = useId();
  const open = chosen ?? group.open;
  const name = groupName(group.group);
  return (
    <li className="migrate-group" data-group={group.group}>
      <h3 className="migrate-group-head">
        <Disclosure id={toggleId} open={open} controls={rowsId} onToggle={setChosen}>
          <StatusIcon tone={toneOf(group.worst)} />
          <span className="pf-v6-screen-reader">{verdictText(group.worst)}</span>{' '}
          <span className="migrate-group-name">{name}</span>{' '}
          <span className="migrate-group-counts">{groupCounts(group, running)}</span>
        </Disclosure>
      </h3>
      <ul id={rowsId} className="migrate-rows" aria-label={name} hidden={!open}>
        {group.rows.map((row) => (
          <FindingRow key={row.check} row={row} running={running} {...rest} />
        ))}
      </ul>
    </li>
  );
}
