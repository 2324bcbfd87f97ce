// SPDX-License-Identifier: LGPL-2.1-or-later
import { Icon, Label } from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import ExclamationTriangleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import InProgressIcon from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import MinusCircleIcon from '@patternfly/react-icons/dist/esm/icons/minus-circle-icon';
import QuestionCircleIcon from '@patternfly/react-icons/dist/esm/icons/question-circle-icon';
import type { ReactNode } from 'react';

/** How much attention a result needs; each tone has an icon and a colour. */
export type StatusTone = 'busy' | 'success' | 'warning' | 'danger' | 'unknown' | 'quiet';

function shapeOf(tone: StatusTone): ReactNode {
  switch (tone) {
    case 'busy':
      return <InProgressIcon />;
    case 'success':
      return <CheckCircleIcon />;
    case 'warning':
      return <ExclamationTriangleIcon />;
    case 'danger':
      return <ExclamationCircleIcon />;
    case 'unknown':
      return <QuestionCircleIcon />;
    case 'quiet':
      return <MinusCircleIcon />;
  }
}

/** The icon alone, hidden from screen readers because the word is beside it. It has the same size in each tone. */
export function StatusIcon({ tone }: { readonly tone: StatusTone }): ReactNode {
  const colour = tone === 'unknown' ? 'custom' : tone === 'busy' || tone === 'quiet' ? undefined : tone;
  return (
    <span className="migrate-status-icon" data-tone={tone} aria-hidden="true">
      <Icon {...(colour === undefined ? {} : { status: colour })}>{shapeOf(tone)}</Icon>
    </span>
  );
}

/** A result as icon, word and colour, so that nobody depends on a single one. */
export function StatusLabel({
  tone,
  children,
}: {
  readonly tone: StatusTone;
  readonly children: string;
}): ReactNode {
  const icon = shapeOf(tone);
  switch (tone) {
    case 'busy':
    case 'quiet':
      return (
        <Label isCompact variant="outline" icon={icon}>
          {children}
        </Label>
      );
    case 'unknown':
      return (
        <Label isCompact color="teal" icon={icon}>
          {children}
        </Label>
      );
    case 'success':
    case 'warning':
    case 'danger':
      return (
        <Label isCompact status={tone} icon={icon}>
          {children}
        </Label>
      );
  }
}
