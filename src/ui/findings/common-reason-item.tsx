// SPDX-License-Identifier: LGPL-2.1-or-later
import { ExpandableSectionToggle, Label } from '@patternfly/react-core';
import QuestionCircleIcon from '@patternfly/react-icons/dist/esm/icons/question-circle-icon';
import { type ReactNode, useId, useState } from 'react';
import type { RemedyAction } from '../../engine/base/index.ts';
import type { CommonReason } from '../../engine/preflight/index.ts';
import { _, format, ngettext, OriginalText, textOf } from '../common/index.ts';
import { FindingDetails } from './finding-details.tsx';
import { RemedyList } from './remedy-list.tsx';
import { VerdictLabel } from './verdict-label.tsx';

export interface CommonReasonItemProps {
  readonly reason: CommonReason;
  readonly destinationHost: string;
  readonly onAction: (action: RemedyAction) => void;
}

/** Checks that could not be made: the reason once, then which they are; what each looks at is folded away. */
export function CommonReasonItem({ reason, destinationHost, onAction }: CommonReasonItemProps): ReactNode {
  const [expanded, setExpanded] = useState(false);
  const foundId = useId();
  const toggleId = useId();
  const listId = useId();
  const { found, original, details, remedies, findings } = reason;
  const title = format(
    ngettext('$0 check could not be made', '$0 checks could not be made, for one reason', findings.length),
    findings.length,
  );
  return (
    <li className="migrate-finding">
      <div className="migrate-finding-head">
        <VerdictLabel verdict="unknown" />
        <strong className="migrate-finding-title">{title}</strong>
      </div>
      <div id={foundId} className="migrate-finding-found">
        {textOf(found)}
      </div>
      <FindingDetails details={details.map(textOf)} />
      {original === undefined ? null : <OriginalText>{original}</OriginalText>}
      <RemedyList
        label={format(_('What to do: $0'), title)}
        remedies={remedies}
        destinationHost={destinationHost}
        onAction={onAction}
      />
      <ExpandableSectionToggle
        isExpanded={expanded}
        toggleId={toggleId}
        contentId={listId}
        onToggle={setExpanded}
      >
        {_('What each of them looks at')}
      </ExpandableSectionToggle>
      <ul
        id={listId}
        className={expanded ? 'migrate-same-reason-expanded' : 'migrate-same-reason'}
        aria-label={title}
      >
        {findings.map((finding) => (
          <li
            key={finding.check}
            data-check={finding.check}
            data-verdict={finding.verdict}
            aria-describedby={foundId}
          >
            <Label isCompact color="purple" icon={<QuestionCircleIcon />}>
              <span className="pf-v6-screen-reader">{_('Not known')}</span> {textOf(finding.title)}
            </Label>
            <div hidden={!expanded} className="migrate-same-reason-rest">
              <FindingDetails details={(finding.details ?? []).map(textOf)} />
              <div className="migrate-finding-why">
                {format(_('Why this matters: $0'), textOf(finding.why))}
              </div>
              <RemedyList
                label={format(_('What to do: $0'), textOf(finding.title))}
                remedies={finding.remedies}
                destinationHost={destinationHost}
                onAction={onAction}
              />
            </div>
          </li>
        ))}
      </ul>
    </li>
  );
}
