// SPDX-License-Identifier: LGPL-2.1-or-later
import AngleRightIcon from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';
import type { ReactNode } from 'react';

export interface DisclosureProps {
  readonly id: string;
  readonly open: boolean;
  /** The id of the element that it expands. */
  readonly controls: string;
  readonly onToggle: (open: boolean) => void;
  readonly children: ReactNode;
}

/** A button that expands the content below it. PatternFly's looks like a link, and 46 links would be too many. */
export function Disclosure({ id, open, controls, onToggle, children }: DisclosureProps): ReactNode {
  return (
    <button
      type="button"
      id={id}
      className="migrate-disclosure"
      aria-expanded={open}
      aria-controls={controls}
      onClick={() => {
        onToggle(!open);
      }}
    >
      <span className="migrate-disclosure-arrow" aria-hidden="true">
        <AngleRightIcon />
      </span>
      {children}
    </button>
  );
}
