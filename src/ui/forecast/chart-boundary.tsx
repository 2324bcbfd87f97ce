// SPDX-License-Identifier: LGPL-2.1-or-later
import { Component, type ReactNode } from 'react';
import { _, OriginalText } from '../common/index.ts';

interface Failed {
  readonly error: Error | undefined;
}

/** If the charts cannot be loaded (connection lost, page updated), the text stays and a note says so. React logs the error. */
export class ChartBoundary extends Component<{ readonly children: ReactNode }, Failed> {
  override state: Failed = { error: undefined };

  static getDerivedStateFromError(error: unknown): Failed {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="migrate-chart-failed">
        <p>{_('The chart could not be loaded. The figures are complete without it.')}</p>
        <OriginalText>{error.message}</OriginalText>
      </div>
    );
  }
}
