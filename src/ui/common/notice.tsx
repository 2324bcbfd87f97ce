// SPDX-License-Identifier: LGPL-2.1-or-later
import { Alert, AlertActionCloseButton } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { _ } from './translate.ts';

type NoticeVariant = 'info' | 'success' | 'warning' | 'danger';

/** What the screen reader says before the title, for the eye's icon. */
export function variantLabel(variant: NoticeVariant): string {
  switch (variant) {
    case 'info':
      return _('Note:');
    case 'success':
      return _('Success:');
    case 'warning':
      return _('Warning:');
    case 'danger':
      return _('Error:');
  }
}

export interface NoticeProps {
  readonly variant: NoticeVariant;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** Announced when it appears. */
  readonly live?: boolean;
  readonly onDismiss?: () => void;
  /** Name of the button that dismisses it. */
  readonly dismissLabel?: string;
}

/** A message in the flow of the page. */
export function Notice({
  variant,
  title,
  children,
  actions,
  live,
  onDismiss,
  dismissLabel,
}: NoticeProps): ReactNode {
  return (
    <Alert
      isInline
      variant={variant}
      title={title}
      variantLabel={variantLabel(variant)}
      isLiveRegion={live ?? false}
      actionLinks={actions}
      component="p"
      {...(onDismiss === undefined
        ? {}
        : {
            actionClose: (
              <AlertActionCloseButton aria-label={dismissLabel ?? _('Dismiss')} onClose={onDismiss} />
            ),
          })}
    >
      {children}
    </Alert>
  );
}
