// SPDX-License-Identifier: LGPL-2.1-or-later

/** The paths that the script reads. */
export interface WantedPaths {
  /** Read three times, so that the times of a file that changes can be compared between hosts. */
  readonly careful: readonly string[];
  /** Read once. */
  readonly once: readonly string[];
  /** The firmware to look for in descriptors. */
  readonly loader?: string;
  /** The VM's QEMU, whose ROM files are read. */
  readonly emulator?: string;
  /** Users (`user NAME`) and groups (`group NAME`) to look up. */
  readonly accounts?: readonly string[];
  /** UUID of the VM whose open files are listed. */
  readonly uuid?: string;
}

/** The script's parameters after the marker. */
export function readingParameters({
  careful,
  once,
  loader,
  emulator,
  accounts = [],
  uuid = '',
}: WantedPaths): readonly string[] {
  return [
    ...[String(careful.length), loader ?? '', emulator ?? '', accounts.join('\n')],
    ...[libvirtFolders, programs, romFiles].map((names) => names.join(' ')),
    uuid,
    ...[...careful, ...once],
  ];
}

/** Folders in which libvirt stores the files of a VM: state of devices and definition. */
export const libvirtFolders = [
  '/var/lib/libvirt/qemu',
  '/etc/libvirt/qemu',
  '/var/log/libvirt/qemu',
  '/run/libvirt/qemu',
];

/** Programs that libvirt starts besides QEMU. */
const programs = [
  'swtpm',
  'swtpm_setup',
  'swtpm_ioctl',
  'numad',
  'virtiofsd',
  '/usr/libexec/virtiofsd',
  '/usr/lib/qemu/virtiofsd',
];

/** ROM files of QEMU for a PC: the BIOS, and those of video and network devices. */
export const romFiles = [
  'bios-256k.bin',
  ...['stdvga', 'bochs-display', 'qxl', 'virtio', 'cirrus', 'vmware'].map((name) => `vgabios-${name}.bin`),
  ...['virtio', 'e1000', 'e1000e', 'rtl8139', 'vmxnet3'].map((name) => `efi-${name}.rom`),
];
