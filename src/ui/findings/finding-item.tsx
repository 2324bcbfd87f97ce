// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import type { RemedyAction } from '../../engine/base/index.ts';
import type { Finding } from '../../engine/preflight/index.ts';
import { _, format, OriginalText, textOf } from '../common/index.ts';
import { FindingDetails } from './finding-details.tsx';
import { RemedyList } from './remedy-list.tsx';
import { VerdictLabel } from './verdict-label.tsx';

export interface FindingItemProps {
  readonly finding: Finding;
  readonly overridden: boolean;
  readonly destinationHost: string;
  readonly onOverride: (check: string, overridden: boolean) => void;
  readonly onAction: (action: RemedyAction) => void;
}

/** One finding: the verdict, what was found, why it matters, what to do. */
export function FindingItem(props: FindingItemProps): ReactNode {
  const { finding, overridden, destinationHost, onOverride, onAction } = props;
  const overrideId = useId();
  const remedies = 'remedies' in finding ? finding.remedies : [];
  const original = 'original' in finding ? finding.original : undefined;
  const override = finding.verdict === 'block' ? finding.override : undefined;
  const found = textOf(finding.found);
  // A single detail may be all that was found, in the same words.
  const details = (finding.details ?? []).map(textOf).filter((detail) => detail !== found);
  const calm = finding.verdict === 'pass' || finding.verdict === 'not-applicable';
  return (
    <li className="migrate-finding" data-check={finding.check} data-verdict={finding.verdict}>
      <div className="migrate-finding-head">
        <VerdictLabel verdict={finding.verdict} overridden={overridden} />
        <strong className="migrate-finding-title">{textOf(finding.title)}</strong>
      </div>
      <div className="migrate-finding-found">{found}</div>
      <FindingDetails details={details} />
      {original === undefined ? null : <OriginalText>{original}</OriginalText>}
      {calm ? (
        <div className="migrate-finding-why">{textOf(finding.why)}</div>
      ) : (
        <div className="migrate-finding-why">{format(_('Why this matters: $0'), textOf(finding.why))}</div>
      )}
      <RemedyList
        label={format(_('What to do: $0'), textOf(finding.title))}
        remedies={remedies}
        destinationHost={destinationHost}
        onAction={onAction}
      />
      {override === undefined ? null : (
        <Checkbox
          id={overrideId}
          className="migrate-override"
          label={format(_('Migrate in spite of this: $0'), textOf(finding.title))}
          description={textOf(override.risk)}
          isChecked={overridden}
          onChange={(_event, checked) => {
            onOverride(finding.check, checked);
          }}
        />
      )}
    </li>
  );
}
