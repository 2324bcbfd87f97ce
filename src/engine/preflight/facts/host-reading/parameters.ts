// SPDX-License-Identifier: LGPL-2.1-or-later

/** Paths that the script looks at. */
export interface WantedPaths {
  /** Looked at three times, so that two hosts' looks at a file that is written to can be compared. */
  readonly careful: readonly string[];
  /** Looked at once. */
  readonly once: readonly string[];
  /** The firmware that descriptors may name. */
  readonly loader?: string;
  /** The VM's QEMU, whose ROM files are looked at. */
  readonly emulator?: string;
  /** Users (`user NAME`) and groups (`group NAME`) that may be known. */
  readonly accounts?: readonly string[];
  /** UUID of the VM whose open files are told. */
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

/** Folders in which libvirt keeps what arrives with a VM: state of its devices and its definition. */
export const libvirtFolders = [
  '/var/lib/libvirt/qemu',
  '/etc/libvirt/qemu',
  '/var/log/libvirt/qemu',
  '/run/libvirt/qemu',
];

/** Programs that libvirt starts beside QEMU. */
const programs = [
  'swtpm',
  'swtpm_setup',
  'swtpm_ioctl',
  'numad',
  'virtiofsd',
  '/usr/libexec/virtiofsd',
  '/usr/lib/qemu/virtiofsd',
];

/** ROM files of QEMU for a PC: its BIOS, and those of screens and network cards. */
export const romFiles = [
  'bios-256k.bin',
  ...['stdvga', 'bochs-display', 'qxl', 'virtio', 'cirrus', 'vmware'].map((name) => `vgabios-${name}.bin`),
  ...['virtio', 'e1000', 'e1000e', 'rtl8139', 'vmxnet3'].map((name) => `efi-${name}.rom`),
];
