// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export {
  type DialogLocation,
  defaultListView,
  type ListView,
  pageSizes,
  type SortColumn,
  type StateFilter,
  type WatchedVm,
} from './page-location.ts';
export { usePageLocation } from './use-page-location.ts';
