// SPDX-License-Identifier: LGPL-2.1-or-later
import { useEffect, useState } from 'react';
import type { HistoryEntry } from '../../engine/history/index.ts';
import { type Model, useCell } from '../model/index.ts';

/** The state of the history. */
export type HistoryState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'problem'; readonly detail: string }
  | { readonly kind: 'ready'; readonly entries: readonly HistoryEntry[] };

/** The history, read again whenever a migration of this page has ended. */
export function useHistory(model: Model): HistoryState {
  const [state, setState] = useState<HistoryState>({ kind: 'loading' });
  const migrations = useCell(model.migrations.state);
  const ended = migrations
    .filter(({ state: { phase } }) => phase === 'done' || phase === 'failed' || phase === 'cancelled')
    .map(({ vm, state: { phase } }) => `${vm.uuid} ${phase}`)
    .join('\n');
  useEffect(() => {
    let current = true;
    model.readHistory().then(
      (entries) => {
        if (current) setState({ kind: 'ready', entries });
      },
      (error: unknown) => {
        const detail = error instanceof Error ? error.message : String(error);
        if (current) setState({ kind: 'problem', detail });
      },
    );
    return () => {
      current = false;
    };
    // `ended` says when there is more to read.
  }, [model, ended]);
  return state;
}
