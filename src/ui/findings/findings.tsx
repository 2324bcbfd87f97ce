// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ReactNode, useId } from 'react';
import type { PreflightState } from '../../engine/preflight/index.ts';
import { _ } from '../common/index.ts';
import { type CheckRow, commonReasons, groupedRows } from './check-groups.ts';
import { CommonReasonNotice } from './common-reason-notice.tsx';
import type { FindingHandlers } from './finding-body.tsx';
import { FindingGroup } from './finding-group.tsx';

export interface FindingsProps extends FindingHandlers {
  readonly state: PreflightState;
  readonly overrides: ReadonlySet<string>;
}

/** The findings in their groups, and above them why several checks could not be done. */
export function Findings({ state, overrides, ...handlers }: FindingsProps): ReactNode {
  const base = useId();
  const titleId = useId();
  const { running } = state;
  const reasons = running ? [] : commonReasons(state);
  const noticeOf = ({ check }: Pick<CheckRow, 'check'>): string => {
    const index = reasons.findIndex(({ findings }) => findings.some((finding) => finding.check === check));
    return `${base}-${index}`;
  };
  return (
    <section className="migrate-checks" aria-labelledby={titleId}>
      <h2 id={titleId} className="migrate-section-title">
        {_('Checks')}
      </h2>
      {reasons.map((reason, index) => (
        <CommonReasonNotice
          key={reason.findings.map(({ check }) => check).join(' ')}
          id={`${base}-${index}`}
          reason={reason}
          destinationHost={handlers.destinationHost}
          onAction={handlers.onAction}
        />
      ))}
      <ul className="migrate-groups" aria-label={_('Findings')} aria-busy={running}>
        {groupedRows(state, overrides).map((group) => (
          <FindingGroup key={group.group} group={group} running={running} noticeOf={noticeOf} {...handlers} />
        ))}
      </ul>
    </section>
  );
}
