// SPDX-License-Identifier: LGPL-2.1-or-later
import { Component, type ReactNode } from 'react';
import { _ } from './translate.ts';

/** A chart whose file cannot be loaded, or that fails, takes nothing else with it: the words beside it say the same. */
export class ChartBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override readonly state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <p>{_('The chart could not be drawn.')}</p> : this.props.children;
  }
}
