// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import type { RemedyAction } from '../../engine/base/index.ts';
import type { Finding } from '../../engine/preflight/index.ts';
import { _, format, OriginalText, textOf } from '../common/index.ts';
import { FindingDetails } from './finding-details.tsx';
import { RemedyList } from './remedy-list.tsx';

/** Actions of the admin in a finding. */
export interface FindingHandlers {
  readonly destinationHost: string;
  readonly onOverride: (check: string, overridden: boolean) => void;
  readonly onAction: (action: RemedyAction) => void;
}

export interface FindingBodyProps extends FindingHandlers {
  readonly finding: Finding;
  readonly overridden: boolean;
  /** The common reason already shows the original message. */
  readonly withOriginal: boolean;
}

/** A finding without its first sentence: the details, why it matters, what to do. */
export function FindingBody(props: FindingBodyProps): ReactNode {
  const { finding, overridden, withOriginal, destinationHost, onOverride, onAction } = props;
  const overrideId = useId();
  const title = textOf(finding.title);
  const found = textOf(finding.found);
  const original = withOriginal && 'original' in finding ? finding.original : undefined;
  const override = finding.verdict === 'block' ? finding.override : undefined;
  // A single detail may be the same text as the finding.
  const details = (finding.details ?? []).map(textOf).filter((detail) => detail !== found);
  return (
    <>
      <FindingDetails details={details} />
      {original === undefined ? null : <OriginalText>{original}</OriginalText>}
      <div className="migrate-finding-why">{format(_('Why this matters: $0'), textOf(finding.why))}</div>
      <RemedyList
        label={format(_('What to do: $0'), title)}
        remedies={'remedies' in finding ? finding.remedies : []}
        destinationHost={destinationHost}
        onAction={onAction}
      />
      {override === undefined ? null : (
        <Checkbox
          id={overrideId}
          className="migrate-override"
          // TRANSLATORS: $0 is the title of a finding, such as “Storage”.
          label={format(_('Override this problem: $0'), title)}
          description={textOf(override.risk)}
          isChecked={overridden}
          onChange={(_event, checked) => {
            onOverride(finding.check, checked);
          }}
        />
      )}
    </>
  );
}
