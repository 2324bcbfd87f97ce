// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { CombinedCell } from './combined-cell.ts';
export { Later } from './later.ts';
export { type InventoryModel, type Model, type PreflightMaker, type PreflightRun, vmKey } from './model.ts';
export { RecentDestinations } from './recent-destinations.ts';
export { useCell } from './use-cell.ts';
export { watchedVms } from './watched.ts';
