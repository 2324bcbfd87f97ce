// SPDX-License-Identifier: LGPL-2.1-or-later
import AngleRightIcon from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';
import type { ReactNode } from 'react';

export interface DisclosureProps {
  readonly id: string;
  readonly open: boolean;
  /** The id of what it unfolds. */
  readonly controls: string;
  readonly onToggle: (open: boolean) => void;
  readonly children: ReactNode;
}

/** The button that unfolds what stands beneath it. PatternFly's one is a link to the eye, and 46 links would be too many. */
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
