// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import type { Domain } from '../../libvirt/domain.ts';
import { type Message, msg } from '../base/index.ts';
import { type Refusal, refusal } from '../failure/index.ts';
import { readRecord, removeRecord } from '../record/index.ts';
import { type TemporaryCopy, temporaryCopyOf } from './temporary-copy.ts';
import type { Vm, VmOperation } from './vm.ts';
import { isReasonLost, vmStateOf } from './vm-state.ts';

/** The question before an operation that can lose data. `confirm` is the label of its button. */
export interface Confirmation {
  readonly title: Message;
  readonly text: Message;
  readonly confirm: Message;
}

/** Whether an operation is possible in the VM's present state. All operations are always listed, in the menu's order. */
export interface OperationChoice {
  readonly operation: VmOperation;
  readonly label: Message;
  /** Why it is not possible now; absent if it is. */
  readonly whyNot?: Message;
  /** Present if the admin has to confirm first. */
  readonly confirmation?: Confirmation;
}

/** The operations in the menu's order. */
const all: readonly VmOperation[] = [
  'run',
  'pause',
  'resume',
  'shut-down',
  'force-shut-down',
  'reboot',
  'force-reboot',
];

const labels: Readonly<Record<VmOperation, Message>> = {
  run: msg('Run'),
  pause: msg('Pause'),
  resume: msg('Resume'),
  'shut-down': msg('Shut down'),
  'force-shut-down': msg('Force shut down'),
  reboot: msg('Reboot'),
  'force-reboot': msg('Force reboot'),
};

/** The operations of a VM. */
export function operationsFor(vm: Vm): readonly OperationChoice[] {
  return all.map((operation) => {
    const why = whyNot(vm, operation);
    const confirmation = confirmationFor(vm, operation);
    return {
      operation,
      label: labels[operation],
      ...(why === undefined ? {} : { whyNot: why }),
      ...(confirmation === undefined ? {} : { confirmation }),
    };
  });
}

function whyNot(vm: Vm, operation: VmOperation): Message | undefined {
  if (vm.transfer?.kind === 'arriving') {
    return msg('The VM is still arriving from another host.');
  }
  // What libvirt refuses during a migration, some of it only after waiting 30 s.
  if (vm.transfer?.kind === 'leaving' && operation !== 'pause' && operation !== 'force-shut-down') {
    return msg('The VM is migrating. Cancel the migration first.');
  }
  const off = vm.state.kind === 'shut-off';
  switch (operation) {
    case 'run':
      return off ? undefined : msg('The VM is already on.');
    case 'pause':
      if (off) return msg('The VM is shut off.');
      return vm.state.kind === 'running' || vm.state.kind === 'unknown'
        ? undefined
        : msg('Only a running VM can be paused.');
    case 'resume':
      return vm.state.kind === 'paused' || vm.state.kind === 'unknown'
        ? undefined
        : msg('Only a paused VM can be resumed.');
    case 'shut-down':
    case 'reboot':
      if (off) return msg('The VM is shut off.');
      return vm.state.kind === 'paused' || vm.state.kind === 'suspended' || vm.state.kind === 'crashed'
        ? msg('The guest is not running.')
        : undefined;
    case 'force-shut-down':
    case 'force-reboot':
      return off ? msg('The VM is shut off.') : undefined;
  }
}

function confirmationFor(vm: Vm, operation: VmOperation): Confirmation | undefined {
  switch (operation) {
    case 'run':
      return vm.temporaryCopy === undefined ? undefined : besideCopy(vm.name, vm.temporaryCopy);
    case 'force-shut-down':
      return {
        title: msg('Force shut down $0?', vm.name),
        text: vm.persistent
          ? msg('The guest loses what it has not written to its disk.')
          : msg(
              'The guest loses what it has not written to its disk. The VM is transient, so it disappears from the list.',
            ),
        confirm: msg('Force shut down'),
      };
    case 'force-reboot':
      return {
        title: msg('Force reboot $0?', vm.name),
        text: msg('The guest loses what it has not written to its disk.'),
        confirm: msg('Force reboot'),
      };
    case 'shut-down':
      if (vm.persistent) return undefined;
      return {
        title: msg('Shut down $0?', vm.name),
        text: msg('The VM is transient: once it is off, it disappears from the list.'),
        confirm: msg('Shut down'),
      };
    case 'pause':
    case 'resume':
    case 'reboot':
      return undefined;
  }
}

/** If disks were copied, the two VMs do not write to the same image, but this host lacks what was written on the destination. */
function besideCopy(name: string, { destination, copyDisks }: TemporaryCopy): Confirmation {
  const title = msg('Run $0 on this host?', name);
  return copyDisks === undefined
    ? {
        title,
        text: msg(
          'A temporary copy of this VM went to $0. If the copy still runs, both write to the same disk and destroy its content. Shut down the copy, or migrate it back, first.',
          destination,
        ),
        confirm: msg('Run: the copy is off'),
      }
    : {
        title,
        text: msg(
          'A temporary copy of this VM went to $0, with copies of these disks: $1. The disk images on this host lack what the copy has written since. To keep that, migrate the copy back and copy these disks. If the copy still runs, two VMs use the same addresses, and both write to every disk that was not copied and destroy its content.',
          destination,
          copyDisks.join(', '),
        ),
        confirm: msg('Run with the older disks'),
      };
}

/** Performs the operation. Resolves to libvirt's refusal, if any. Does not reject. */
export async function operate(
  connection: LibvirtConnection,
  vm: Vm,
  operation: VmOperation,
): Promise<Refusal | undefined> {
  const domain = connection.domain(vm.uuid);
  try {
    switch (operation) {
      case 'run':
        return await run(domain, vm);
      case 'pause':
        await domain.suspend();
        break;
      case 'resume':
        await domain.resume();
        break;
      case 'shut-down':
        await domain.shutdown();
        break;
      case 'force-shut-down':
        await domain.destroy();
        break;
      case 'reboot':
        await domain.reboot();
        break;
      case 'force-reboot':
        await domain.reset();
        break;
    }
    return undefined;
  } catch (error) {
    return refusal(error, refused[operation]);
  }
}

/**
 * The record of a copy is read again, because the row may be older. If the admin was not warned about the copy, the VM is not
 * started. After the start, the record is removed.
 */
async function run(domain: Domain, vm: Vm): Promise<Refusal | undefined> {
  const record = vm.persistent ? await readRecord(domain) : undefined;
  if (record !== undefined && vm.temporaryCopy === undefined) {
    const numbers = await domain.state();
    const copy = temporaryCopyOf(record, vmStateOf(numbers), isReasonLost(numbers));
    if (copy !== undefined) {
      return {
        summary: msg(
          'A temporary copy of this VM went to $0. Choose “Run” again to confirm.',
          copy.destination,
        ),
        original: '',
      };
    }
  }
  await domain.create();
  if (record !== undefined) await removeRecord(domain);
  return undefined;
}

const refused: Readonly<Record<VmOperation, Message>> = {
  run: msg('Starting the VM failed.'),
  pause: msg('Pausing the VM failed.'),
  resume: msg('Resuming the VM failed.'),
  'shut-down': msg('Shutting down the VM failed.'),
  'force-shut-down': msg('Forcing the VM to shut down failed.'),
  reboot: msg('Rebooting the VM failed.'),
  'force-reboot': msg('Forcing the VM to reboot failed.'),
};

/** Ejects the medium of a drive of the VM. Resolves to libvirt's refusal, if any. */
export async function ejectMedium(
  connection: LibvirtConnection,
  vm: Vm,
  drive: string,
): Promise<Refusal | undefined> {
  try {
    await connection
      .domain(vm.uuid)
      .ejectMedium(drive, [
        ...(vm.state.kind === 'shut-off' ? [] : (['live'] as const)),
        ...(vm.persistent ? (['config'] as const) : []),
      ]);
    return undefined;
  } catch (error) {
    return refusal(error, msg('Ejecting the medium failed.'));
  }
}
