// SPDX-License-Identifier: LGPL-2.1-or-later
import { Label, Spinner } from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import ExclamationTriangleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import MinusCircleIcon from '@patternfly/react-icons/dist/esm/icons/minus-circle-icon';
import QuestionCircleIcon from '@patternfly/react-icons/dist/esm/icons/question-circle-icon';
import type { ReactNode } from 'react';
import type { Verdict } from '../../engine/preflight/index.ts';
import { _ } from '../common/index.ts';

/** A verdict by icon, word and colour, so that none of them is needed alone. */
export function VerdictLabel({
  verdict,
  overridden = false,
}: {
  readonly verdict: Verdict | 'waiting';
  readonly overridden?: boolean;
}): ReactNode {
  if (overridden) {
    return (
      <Label isCompact status="warning" icon={<ExclamationTriangleIcon />}>
        {_('Blocked, overridden')}
      </Label>
    );
  }
  switch (verdict) {
    case 'waiting':
      return (
        <Label isCompact variant="outline" icon={<Spinner isInline aria-hidden="true" />}>
          {_('Checking')}
        </Label>
      );
    case 'pass':
      return (
        <Label isCompact status="success" icon={<CheckCircleIcon />}>
          {_('Passed')}
        </Label>
      );
    case 'warn':
      return (
        <Label isCompact status="warning" icon={<ExclamationTriangleIcon />}>
          {_('Warning')}
        </Label>
      );
    case 'block':
      return (
        <Label isCompact status="danger" icon={<ExclamationCircleIcon />}>
          {_('Blocked')}
        </Label>
      );
    case 'not-applicable':
      return (
        <Label isCompact variant="outline" icon={<MinusCircleIcon />}>
          {_('Does not apply')}
        </Label>
      );
    case 'unknown':
      return (
        <Label isCompact color="purple" icon={<QuestionCircleIcon />}>
          {_('Not known')}
        </Label>
      );
  }
}
