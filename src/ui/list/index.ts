// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { AccessNotice, ConnectionNotices } from './connection-notices.tsx';
export { focusMenu } from './focus-menu.ts';
export { InventoryProblemView } from './inventory-problem-view.tsx';
export { ListSkeleton } from './list-skeleton.tsx';
export { useOperations } from './use-operations.ts';
export { useVms } from './use-vms.ts';
export { type VmAction } from './vm-actions.tsx';
export { VmList } from './vm-list.tsx';
