// SPDX-License-Identifier: LGPL-2.1-or-later
import { Label } from '@patternfly/react-core';
import { type ReactNode, useId, useState } from 'react';
import { _, format, textOf } from '../common/index.ts';
import type { CheckRow } from './check-groups.ts';
import { Disclosure } from './disclosure.tsx';
import { FindingBody, type FindingHandlers } from './finding-body.tsx';
import { StatusIcon } from './status.tsx';
import { labelColour, needsAdmin, toneOf, verdictText } from './verdict-text.ts';

export interface FindingRowProps extends FindingHandlers {
  readonly row: CheckRow;
  readonly running: boolean;
  /** The id of the notice that says why this check could not be done. */
  readonly noticeOf: (row: CheckRow) => string;
}

/** The verdict after the title. It is visible only if it has to be read; otherwise the icon is enough. */
function VerdictWord({ verdict }: Pick<CheckRow, 'verdict'>): ReactNode {
  const colour = labelColour(verdict);
  return colour === undefined ? (
    <span className="pf-v6-screen-reader">{verdictText(verdict)}</span>
  ) : (
    <Label isCompact color={colour}>
      {verdictText(verdict)}
    </Label>
  );
}

/** A check without a result: the same row, without anything to expand. */
function WaitingRow({ check, title }: { readonly check: string; readonly title: string }): ReactNode {
  return (
    <li className="migrate-finding" data-check={check}>
      <div className="migrate-finding-head">
        <span className="migrate-disclosure migrate-disclosure-none">
          <span className="migrate-disclosure-arrow" />
          <StatusIcon tone="busy" />
          <span className="migrate-finding-title">{title}</span> <VerdictWord verdict="waiting" />
        </span>
      </div>
    </li>
  );
}

/** The sentence beside the title: what was found, or where the reason is shown. */
function foundText({ progress, saidIn }: CheckRow): string {
  if (progress.status === 'waiting') return '';
  if (saidIn === undefined) return textOf(progress.finding.found);
  return saidIn === 'notice'
    ? _('For the reason above.')
    : format(_('For the same reason as: $0'), textOf(saidIn.title));
}

/** One check: one line that expands in place. What needs the admin is expanded as soon as all checks are done. */
export function FindingRow({ row, running, noticeOf, ...handlers }: FindingRowProps): ReactNode {
  const [chosen, setChosen] = useState<boolean>();
  const toggleId = useId();
  const bodyId = useId();
  const { progress, verdict, saidIn } = row;
  if (progress.status === 'waiting')
    return <WaitingRow check={progress.check} title={textOf(progress.title)} />;
  const { finding } = progress;
  const open = chosen ?? (!running && needsAdmin(verdict) && saidIn === undefined);
  return (
    <li
      className={open ? 'migrate-finding migrate-finding-open' : 'migrate-finding'}
      data-check={finding.check}
      data-verdict={finding.verdict}
      {...(saidIn === 'notice' ? { 'aria-describedby': noticeOf(row) } : {})}
    >
      <div className="migrate-finding-head">
        <Disclosure id={toggleId} open={open} controls={bodyId} onToggle={setChosen}>
          <StatusIcon tone={toneOf(verdict)} />
          <span className="migrate-finding-title">{textOf(finding.title)}</span>{' '}
          <VerdictWord verdict={verdict} />
        </Disclosure>
        <div className="migrate-finding-found">{foundText(row)}</div>
      </div>
      <div id={bodyId} className="migrate-finding-body" hidden={!open}>
        <FindingBody
          finding={finding}
          overridden={verdict === 'overridden'}
          withOriginal={saidIn === undefined}
          {...handlers}
        />
      </div>
    </li>
  );
}
