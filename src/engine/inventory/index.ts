// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { type InventoryEntry, isActive, isVmStalled } from './entry.ts';
export { Inventory } from './inventory.ts';
export { type Confirmation, ejectMedium, operate, operationsFor } from './operations.ts';
export { domainStateText } from './state-text.ts';
export {
  type InventoryProblem,
  type InventoryState,
  type PausedReason,
  type Vm,
  type VmOperation,
  type VmState,
} from './vm.ts';
export { type DomainStateCodes, vmStateOf } from './vm-state.ts';
