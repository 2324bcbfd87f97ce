// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../libvirt/connection.ts';
import type { Message } from './message.ts';
import type { Refusal, Vm, VmOperation } from './vm.ts';

/** What to ask before an operation that can lose data; `confirm` is the label of the button that goes on. */
export interface Confirmation {
  readonly title: Message;
  readonly text: Message;
  readonly confirm: Message;
}

/** Whether an operation can be done in the VM's present state. All of them are listed always, in the menu's order. */
export interface OperationChoice {
  readonly operation: VmOperation;
  readonly label: Message;
  /** Why it cannot be done now; absent when it can. */
  readonly whyNot?: Message;
  /** Present when the admin has to confirm first. */
  readonly confirmation?: Confirmation;
}

/** The operations of a VM. */
export declare function operationsFor(vm: Vm): readonly OperationChoice[];

/** Does it; the answer is libvirt's refusal, if it refused. Does not reject. */
export declare function operate(
  connection: LibvirtConnection,
  vm: Vm,
  operation: VmOperation,
): Promise<Refusal | undefined>;
