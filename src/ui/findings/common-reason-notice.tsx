// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import type { RemedyAction } from '../../engine/base/index.ts';
import type { CommonReason } from '../../engine/preflight/index.ts';
import { _, format, ngettext, OriginalText, textOf } from '../common/index.ts';
import { FindingDetails } from './finding-details.tsx';
import { RemedyList } from './remedy-list.tsx';
import { StatusIcon } from './status.tsx';

export interface CommonReasonNoticeProps {
  readonly id: string;
  readonly reason: CommonReason;
  readonly destinationHost: string;
  readonly onAction: (action: RemedyAction) => void;
}

/** Why several checks could not be done: shown once, above the groups. Their rows show which they are. */
export function CommonReasonNotice({
  id,
  reason: { found, original, details, remedies, findings },
  destinationHost,
  onAction,
}: CommonReasonNoticeProps): ReactNode {
  const title = format(
    ngettext('$0 check is unknown', '$0 checks are unknown for one reason', findings.length),
    findings.length,
  );
  return (
    <section className="migrate-common-reason" aria-label={title}>
      <div className="migrate-common-reason-head">
        <StatusIcon tone="unknown" />
        <strong>{title}</strong>
      </div>
      <div id={id}>{textOf(found)}</div>
      <FindingDetails details={details.map(textOf)} />
      {original === undefined ? null : <OriginalText>{original}</OriginalText>}
      <RemedyList
        label={format(_('What to do: $0'), title)}
        remedies={remedies}
        destinationHost={destinationHost}
        onAction={onAction}
      />
    </section>
  );
}
