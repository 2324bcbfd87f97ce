// SPDX-License-Identifier: LGPL-2.1-or-later
import { type HealthySetUp, shell } from './set-up.ts';

const local = '/var/lib/libvirt/images';
const shared = '/var/lib/libvirt/shared';

/** As rich as the lab's hosts allow, with all that a check looks at, and in order. */
export const healthy: readonly HealthySetUp[] = [
  { name: 'nothing but memory', vm: { name: 'plain' } },
  {
    name: 'UEFI and a TPM',
    vm: {
      name: 'uefi',
      firmware: 'efi',
      devices: "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
    },
  },
  {
    name: 'a disk on shared storage, and media that are there or may be missing',
    vm: {
      name: 'storage',
      devices:
        `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${shared}/healthy.img'/><target dev='vda' bus='virtio'/></disk>` +
        `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${shared}/healthy.iso'/><target dev='sda' bus='sata'/><readonly/></disk>` +
        `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${local}/healthy.iso' startupPolicy='optional'/><target dev='sdb' bus='sata'/><readonly/></disk>`,
    },
    cause: shell(
      'source',
      `truncate -s 1M ${shared}/healthy.img; echo iso > ${shared}/healthy.iso; echo iso > ${local}/healthy.iso`,
      `rm ${shared}/healthy.img ${shared}/healthy.iso ${local}/healthy.iso`,
    ),
  },
  {
    name: 'a bridge, a network, a screen, a log, a filter and randomness',
    vm: {
      name: 'devices',
      devices:
        "<interface type='bridge'><source bridge='br6'/><model type='virtio'/></interface>" +
        "<interface type='network'><source network='both'/><model type='virtio'/></interface>" +
        "<graphics type='vnc' autoport='yes' listen='0.0.0.0'/><video><model type='vga'/></video>" +
        `<serial type='file'><source path='${local}/healthy.log'/></serial>` +
        "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
    },
    cause: shell(
      'both',
      `ip link add br6 type bridge; echo '<network><name>both</name><bridge name="virbr6"/></network>' > /tmp/both.xml; virsh -q net-define /tmp/both.xml; virsh -q net-start both; rm /tmp/both.xml`,
      'virsh -q net-destroy both; virsh -q net-undefine both; ip link del br6',
    ),
  },
];
