// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import type { Remedy } from '../../engine/base/index.ts';
import { textOf } from '../common/index.ts';
import { RemedyView, type RemedyViewProps } from './remedy-view.tsx';

export interface RemedyListProps extends Omit<RemedyViewProps, 'remedy'> {
  /** Name of the list. */
  readonly label: string;
  readonly remedies: readonly Remedy[];
}

/** All remedies, the best first; nothing if there are none. */
export function RemedyList({ label, remedies, ...rest }: RemedyListProps): ReactNode {
  if (remedies.length === 0) return null;
  return (
    <ul className="migrate-remedies" aria-label={label}>
      {remedies.map((remedy) => (
        <RemedyView key={`${textOf(remedy.text)} ${remedy.command ?? ''}`} remedy={remedy} {...rest} />
      ))}
    </ul>
  );
}
