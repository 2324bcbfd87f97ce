// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../base/index.ts';

/** What a stand-in lacks, or has in another form than the VM. */
export type LeftOutKind =
  /** The content of disks. The devices are there. */
  | 'disk-content'
  /** IDE and SATA: an empty drive replaces the disk. */
  | 'disk-as-drive'
  /** Another program of the host provides the disk's device. */
  | 'disk'
  /** The host's end of serial ports, consoles and channels. */
  | 'character-device'
  | 'interface'
  | 'graphics'
  | 'input'
  | 'host-device'
  | 'filesystem'
  | 'shared-memory'
  | 'persistent-memory'
  | 'tpm'
  | 'kernel'
  /** Huge pages, locked, preallocated or shared memory. */
  | 'memory-backing'
  /** More memory than a stand-in gets. */
  | 'memory-size'
  | 'qemu-commandline'
  | 'launch-security'
  /** An element that this program does not know. */
  | 'other';

/** One kind of left-out things, with their names as in the definition. */
export interface LeftOut {
  readonly kind: LeftOutKind;
  readonly names: readonly string[];
}

/** Collects what is left out, without duplicates. */
export class LeftOutList {
  readonly #names = new Map<LeftOutKind, Set<string>>();

  add(kind: LeftOutKind, name = ''): void {
    const names = this.#names.get(kind) ?? new Set();
    if (name !== '') names.add(name);
    this.#names.set(kind, names);
  }

  get list(): readonly LeftOut[] {
    return [...this.#names].map(([kind, names]) => ({ kind, names: [...names] }));
  }
}

/** A sentence about what was left out. */
export function leftOutText({ kind, names }: LeftOut): Message {
  const list = names.join(', ');
  switch (kind) {
    case 'disk-content':
      return msg('Without the content of disks: $0.', list);
    case 'disk-as-drive':
      return msg('An empty drive instead of a disk: $0.', list);
    case 'disk':
      return msg('Without disks that another program provides: $0.', list);
    case 'character-device':
      return msg('Character devices lead nowhere: $0.', list);
    case 'interface':
      return msg('Without network interfaces that are given to the VM alone: $0.', list);
    case 'graphics':
      return msg('Without graphics on the host: $0.', list);
    case 'input':
      return msg('Without input devices of the host: $0.', list);
    case 'host-device':
      return msg('Without host devices: $0.', list);
    case 'filesystem':
      return msg('Without shared folders: $0.', list);
    case 'shared-memory':
      return msg('Without memory that is shared with other programs: $0.', list);
    case 'persistent-memory':
      return msg('Without memory devices that are files or parts of the host: $0.', list);
    case 'tpm':
      return msg('Without the TPM of the host: $0.', list);
    case 'kernel':
      return msg('Without the kernel that the host loads.');
    case 'memory-backing':
      return msg('Ordinary memory instead of: $0.', list);
    case 'memory-size':
      return msg('With 4 GiB of memory.');
    case 'qemu-commandline':
      return msg('Without arguments for QEMU that libvirt does not know.');
    case 'launch-security':
      return msg('Without encrypted memory: $0.', list);
    case 'other':
      return msg('Without elements that this program does not know: $0.', list);
  }
}
