// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../base/index.ts';

/** Why QEMU on the destination stopped, in plain words. */
export interface QemuReason {
  readonly summary: Message;
  readonly advice: Message;
}

const anotherVersion = msg(
  'Choose a destination with the QEMU version of this host, or install the same version on both hosts. If the device can be left out, remove it from the VM.',
);

/** QEMU's messages, from its sources (migration/, hw/virtio/virtio.c), and what they mean. The first match decides. */
const reasons: readonly (readonly [RegExp, QemuReason])[] = [
  [
    /^(?:get_)?VQ \d+|virtio|Features 0x[0-9a-f]+ unsupported/i,
    {
      summary: msg('QEMU on the destination refuses the state of a virtio device.'),
      advice: anotherVersion,
    },
  ],
  [
    /Length mismatch|Size mismatch|Unknown ramblock|Mismatched? (?:GPAs|RAM page size)/i,
    {
      summary: msg('QEMU on the destination lays out memory or firmware differently.'),
      advice: msg('Install the same versions of QEMU and its firmware on both hosts.'),
    },
  ],
  [
    /unsupported machine type|unsupported by this machine|is not a valid device model|Property '[^']*' not found/i,
    {
      summary: msg('QEMU on the destination lacks a device, or an option of one, that the VM has.'),
      advice: anotherVersion,
    },
  ],
  [
    /Bad config data|error while loading state|Unknown savevm section|Missing section footer|Failed to load|incompatible|savevm/i,
    {
      summary: msg('QEMU on the destination refuses the state of a device.'),
      advice: anotherVersion,
    },
  ],
  [
    /Cannot allocate memory|cannot set up guest memory/i,
    {
      summary: msg('The destination does not give QEMU the memory of the VM.'),
      advice: msg('Free memory on the destination, or allow it to promise more memory than it has.'),
    },
  ],
];

/** What a line of QEMU's log means; undefined for an unknown message. */
export function qemuReason(line: string): QemuReason | undefined {
  return reasons.find(([pattern]) => pattern.test(line))?.[1];
}
