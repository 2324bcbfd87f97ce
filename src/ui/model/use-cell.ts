// SPDX-License-Identifier: LGPL-2.1-or-later
import { useSyncExternalStore } from 'react';
import type { ReadonlyCell } from '../../engine/base/index.ts';

/** The present value of a cell; renders again when it changes. */
export function useCell<T>(cell: ReadonlyCell<T>): T {
  return useSyncExternalStore(cell.subscribe, cell.get);
}
