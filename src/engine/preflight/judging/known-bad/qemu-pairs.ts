// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg, type Remedy } from '../../../base/index.ts';
import type { Condition } from './condition.ts';
import type { KnownBadPair } from './pair.ts';
import { startThere, upgradeDestination } from './remedies.ts';

const commit = (hash: string): string => `https://gitlab.com/qemu-project/qemu/-/commit/${hash}`;
const message = (id: string): string => `https://lore.kernel.org/qemu-devel/${id}/`;

/** QEMU's own account of what went wrong between 7.2 and 8.0. */
const compatibility =
  'https://qemu.googlesource.com/qemu/+/2012375d1874cac8b1c0f68b84d4b21be02186d6/docs/devel/migration/compatibility.rst';

const all = (...of: readonly Condition[]): Condition => ({ kind: 'all', of });
const device = (kind: 'video' | 'memballoon' | 'rng' | 'interface'): Condition => ({
  kind: 'device',
  device: kind,
  model: 'virtio',
});
const machineBefore = (before: string): Condition => ({ kind: 'machine', before });
const q35Before = (before: string): Condition => ({ kind: 'machine', family: 'q35', before });
const amdWithArchCapabilities = all(
  { kind: 'kvm' },
  { kind: 'cpu-compared' },
  { kind: 'cpu-vendor', vendor: 'AMD' },
  { kind: 'cpu-feature', name: 'arch-capabilities', policy: 'require' },
);

/** Versions of QEMU that hide arch-capabilities on AMD whatever the machine type. */
const hiding = [
  { from: '10.0.4', before: '10.0.6' },
  { from: '10.1.0', before: '10.1.2' },
] as const;
/** Versions of QEMU that offer USO to machine types of 8.1. */
const withUso = [
  { from: '8.2.0', before: '8.2.5' },
  { from: '9.0.0', before: '9.0.1' },
] as const;

const withoutFeature: Remedy = {
  text: msg(
    'Disable the feature “arch-capabilities” in the CPU of the VM, shut the VM off and start it again.',
  ),
};

/** Pairs of QEMU, of any architecture or of PCs. */
export const qemuPairs: readonly KnownBadPair[] = [
  {
    id: 'qemu-8.0.0-from-others',
    versions: [
      {
        program: 'qemu',
        source: [{ before: '8.0.0' }, { from: '8.0.1' }],
        destination: [{ from: '8.0.0', before: '8.0.1' }],
      },
    ],
    condition: q35Before('8.0'),
    effect: 'refused',
    certain: true,
    what: msg(
      'QEMU 8.0.0 has another register for PCI errors (PCI_ERR_UNCOR_MASK) in machine types before 8.0.',
    ),
    url: compatibility,
    remedies: [upgradeDestination('qemu', '8.0.1')],
  },
  {
    id: 'qemu-8.0.0-to-others',
    versions: [
      {
        program: 'qemu',
        source: [{ from: '8.0.0', before: '8.0.1' }],
        destination: [{ before: '8.0.0' }, { from: '8.0.1' }],
      },
    ],
    condition: q35Before('8.0'),
    effect: 'refused',
    certain: true,
    what: msg(
      'A VM with a machine type before 8.0 that QEMU 8.0.0 started migrates to QEMU 8.0.0 only (PCI_ERR_UNCOR_MASK).',
    ),
    url: compatibility,
    remedies: [startThere],
  },
  {
    id: 'qemu-9.0.0-virtio-gpu-in',
    versions: [
      { program: 'qemu', source: [{ before: '9.0.0' }], destination: [{ from: '9.0.0', before: '9.0.1' }] },
    ],
    condition: all(device('video'), machineBefore('9.0')),
    effect: 'refused',
    certain: true,
    what: msg('QEMU 9.0.0 expects another state of a virtio video device than older versions send.'),
    url: message('1718081053.366429.1238758.nullmailer@tls.msk.ru'),
    remedies: [upgradeDestination('qemu', '9.0.1')],
  },
  {
    id: 'qemu-9.0.0-virtio-gpu-out',
    versions: [
      {
        program: 'qemu',
        source: [{ from: '9.0.0', before: '9.0.1' }],
        destination: [{ before: '9.0.0' }, { from: '9.0.1' }],
      },
    ],
    condition: all(device('video'), machineBefore('9.0')),
    effect: 'refused',
    certain: true,
    what: msg(
      'QEMU 9.0.0 sends a state of a virtio video device that no other version reads for machine types before 9.0.',
    ),
    url: commit('40a23ef643664b5c1021a9789f9d680b6294fb50'),
    remedies: [startThere],
  },
  {
    id: 'qemu-8.2-uso-back',
    versions: [{ program: 'qemu', source: withUso, destination: [{ before: '8.2.0' }] }],
    condition: all(device('interface'), { kind: 'machine', endings: ['-8.1'] }),
    effect: 'refused',
    certain: false,
    what: msg(
      'QEMU 8.2.0 to 8.2.4 and 9.0.0 offers the offload USO to virtio interfaces of the machine type 8.1. QEMU before 8.2 refuses it.',
    ),
    url: message('20240517075336.104091-1-f.ebner@proxmox.com'),
    remedies: [upgradeDestination('qemu', '8.2.0')],
  },
  {
    id: 'qemu-8.2-uso-forward',
    versions: [
      {
        program: 'qemu',
        source: withUso,
        destination: [{ from: '8.2.5', before: '9.0.0' }, { from: '9.0.1' }],
      },
    ],
    condition: all(device('interface'), { kind: 'machine', endings: ['-8.1'] }),
    effect: 'refused',
    certain: false,
    what: msg(
      'A VM of the machine type 8.1 that QEMU 8.2.0 to 8.2.4 or 9.0.0 started has the offload USO, which newer QEMU does not offer it.',
    ),
    url: commit('9710401276a0eb2fc6d467d9abea1f5e3fe2c362'),
    remedies: [startThere],
  },
  {
    id: 'qemu-rhel-9.1-to-10.1-uso',
    versions: [
      {
        program: 'qemu',
        source: [{ from: '9.1.0', before: '9.2.0', packagedBy: 'rhel' }],
        destination: [{ from: '10.1.0', before: '10.2.0', packagedBy: 'rhel' }],
      },
    ],
    condition: device('interface'),
    effect: 'refused',
    certain: false,
    what: msg(
      'QEMU 9.1.0 of RHEL and its kin offered the offload USO to virtio interfaces. QEMU 10.1.0 there refuses it.',
    ),
    url: 'https://github.com/kubevirt/kubevirt/issues/16386',
    remedies: [startThere],
  },
  {
    id: 'qemu-10-arch-capabilities-in',
    versions: [{ program: 'qemu', source: [{ before: '10.0.4' }], destination: hiding }],
    condition: amdWithArchCapabilities,
    effect: 'refused',
    certain: true,
    what: msg('This QEMU hides the CPU feature “arch-capabilities” on AMD, which the VM has.'),
    url: message('20251014063650.25057-1-mjt@tls.msk.ru'),
    remedies: [upgradeDestination('qemu', '10.1.2'), withoutFeature],
  },
  {
    id: 'qemu-10.0-arch-capabilities-out',
    versions: [
      { program: 'qemu', source: [{ from: '10.0.4', before: '10.0.6' }], destination: [{ from: '10.0.6' }] },
    ],
    condition: all({ kind: 'kvm' }, { kind: 'cpu-vendor', vendor: 'AMD' }),
    effect: 'state-lost',
    certain: false,
    what: msg(
      'QEMU 10.0.4 and 10.0.5 hide the CPU feature “arch-capabilities” on AMD. Newer QEMU may give it to the running VM.',
    ),
    url: message('20251014063650.25057-1-mjt@tls.msk.ru'),
    remedies: [startThere],
  },
  {
    id: 'qemu-10-pdcm',
    versions: [{ program: 'qemu', source: [{ before: '10.0.4' }], destination: hiding }],
    condition: all({ kind: 'kvm' }, { kind: 'cpu-feature', name: 'pdcm', policy: 'require' }),
    effect: 'refused',
    certain: false,
    what: msg('This QEMU refuses the CPU feature “pdcm” if the VM has no performance counters (PMU).'),
    url: commit('6529f31e0dccadb532c80b36e3efe7aef83f9cad'),
    remedies: [upgradeDestination('qemu', '10.1.2')],
  },
  {
    id: 'qemu-rss-queues',
    versions: [{ program: 'qemu', destination: [{ from: '9.2.0', before: '10.0.3' }] }],
    condition: { kind: 'multiqueue' },
    effect: 'refused',
    certain: false,
    what: msg('QEMU 9.2.0 to 10.0.2 loads too few queues of a virtio interface if the guest uses RSS.'),
    url: message('20250717093412.728292-11-mjt@tls.msk.ru'),
    remedies: [upgradeDestination('qemu', '10.0.3')],
  },
  {
    id: 'qemu-7.2.18-queues',
    versions: [{ program: 'qemu', destination: [{ from: '7.2.18', before: '7.2.20' }] }],
    condition: { kind: 'multiqueue' },
    effect: 'guest-hangs',
    certain: false,
    what: msg(
      'QEMU 7.2.18 and 7.2.19 (Debian 12) loses queues of a virtio interface with several queues. The network of the guest locks up.',
    ),
    url: 'https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=1112044#69',
    remedies: [upgradeDestination('qemu', '7.2.20')],
  },
  {
    id: 'qemu-7.2.0-virtio-rng-in',
    versions: [
      { program: 'qemu', source: [{ before: '7.2.0' }], destination: [{ from: '7.2.0', before: '7.2.1' }] },
    ],
    condition: all(device('rng'), machineBefore('7.2')),
    effect: 'refused',
    certain: true,
    what: msg('QEMU 7.2.0 gives the virtio random number generator MSI-X, which older versions do not know.'),
    url: message('cfc5086d-299c-cb31-1b14-da8490fcada0@redhat.com'),
    remedies: [upgradeDestination('qemu', '7.2.1')],
  },
  {
    id: 'qemu-7.2.0-virtio-rng-out',
    versions: [
      {
        program: 'qemu',
        source: [{ from: '7.2.0', before: '7.2.1' }],
        destination: [{ before: '7.2.0' }, { from: '7.2.1' }],
      },
    ],
    condition: all(device('rng'), machineBefore('7.2')),
    effect: 'refused',
    certain: true,
    what: msg(
      'QEMU 7.2.0 gave the virtio random number generator MSI-X, which other versions refuse for machine types before 7.2.',
    ),
    url: commit('bad9c5a5166fd5e3a892b7b0477cf2f4bd3a959a'),
    remedies: [startThere],
  },
  {
    id: 'qemu-piix4-acpi-index',
    versions: [{ program: 'qemu', destination: [{ from: '6.0.0', before: '7.0.0', packagedBy: 'rhel' }] }],
    condition: { kind: 'machine', family: 'i440fx' },
    effect: 'refused',
    certain: false,
    what: msg(
      'QEMU 6.0 to 6.2 of RHEL and its kin reads a field of the power management device (piix4_pm) or not, by chance: “Missing section footer”.',
    ),
    url: 'https://github.com/AlmaLinux/almalinux-deploy/issues/196',
    remedies: [upgradeDestination('qemu', '7.0.0')],
  },
  {
    id: 'qemu-q35-smram',
    versions: [{ program: 'qemu', destination: [{ from: '5.0.0', before: '10.0.8' }] }],
    condition: all({ kind: 'machine', family: 'q35' }, { kind: 'secure-boot' }),
    effect: 'state-lost',
    certain: false,
    what: msg(
      'QEMU before 10.0.8 leaves the memory of the system management mode (SMRAM) unlocked after a migration.',
    ),
    url: message('20251211165454.288476-1-imammedo@redhat.com'),
    remedies: [upgradeDestination('qemu', '10.0.8')],
  },
];
