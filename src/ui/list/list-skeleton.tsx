// SPDX-License-Identifier: LGPL-2.1-or-later
import { Skeleton } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { _ } from '../common/index.ts';

const rows = ['90%', '70%', '80%', '60%'] as const;

/** A placeholder for the list until libvirt has answered. */
export function ListSkeleton(): ReactNode {
  return (
    <div className="migrate-skeleton" role="status" aria-busy="true">
      <span className="pf-v6-screen-reader">{_('Reading the list of VMs')}</span>
      {rows.map((width) => (
        <Skeleton key={width} width={width} aria-hidden="true" />
      ))}
    </div>
  );
}
