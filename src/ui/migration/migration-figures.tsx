// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import type { MigrationProgress } from '../../engine/progress/index.ts';
import { _, formatBytes, formatCount, formatDuration, formatRate } from '../common/index.ts';

function Figure({ term, children }: { readonly term: string; readonly children: string }): ReactNode {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The figures of libvirt's job. An unknown figure is shown as such, not as zero. */
export function MigrationFigures({ progress }: { readonly progress: MigrationProgress }): ReactNode {
  const rate = (bytesPerSecond: number): string =>
    bytesPerSecond === 0 ? _('unknown so far') : formatRate(bytesPerSecond);
  return (
    <dl className="migrate-figures">
      <Figure term={_('Transferred')}>{formatBytes(progress.transferredBytes)}</Figure>
      {progress.disks === undefined ? null : (
        <Figure term={_('Disks remaining')}>{formatBytes(progress.disks.remainingBytes)}</Figure>
      )}
      <Figure term={_('Memory remaining')}>
        {progress.memoryTotalBytes === 0 ? _('unknown so far') : formatBytes(progress.memoryRemainingBytes)}
      </Figure>
      <Figure term={_('Throughput')}>{rate(progress.throughputBytesPerSecond)}</Figure>
      <Figure term={_('Dirty rate')}>{rate(progress.dirtyBytesPerSecond)}</Figure>
      <Figure term={_('Pass')}>{formatCount(progress.pass)}</Figure>
      <Figure term={_('Elapsed')}>{formatDuration(progress.elapsedMilliseconds)}</Figure>
    </dl>
  );
}
