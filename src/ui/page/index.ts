// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { DialogPlace } from './dialog-place.tsx';
export { HistoryPlace } from './history-place.tsx';
export { type Navigation, useNavigation } from './use-navigation.ts';
export { VmPlace } from './vm-place.tsx';
