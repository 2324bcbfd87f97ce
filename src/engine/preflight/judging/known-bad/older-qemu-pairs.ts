// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../../../base/index.ts';
import type { KnownBadPair } from './pair.ts';
import { startThere, upgradeDestination } from './remedies.ts';

const message = (id: string): string => `https://lore.kernel.org/qemu-devel/${id}/`;
const balloon = {
  kind: 'all',
  of: [
    { kind: 'device', device: 'memballoon', model: 'virtio' },
    { kind: 'machine', before: '4.0' },
  ],
} as const;

/** Pairs of QEMU before 6.0, and of architectures other than x86. */
export const olderQemuPairs: readonly KnownBadPair[] = [
  {
    id: 'qemu-acpi-device-paths',
    versions: [
      { program: 'qemu', source: [{ before: '5.2.0' }], destination: [{ from: '5.2.0', before: '6.0.0' }] },
    ],
    condition: { kind: 'machine', before: '5.2' },
    effect: 'state-lost',
    certain: false,
    what: msg(
      'QEMU 5.2 names the PCI bus otherwise in ACPI for machine types before 5.2. Windows then loses its network settings, unless they come from DHCP.',
    ),
    url: message('20210302142014.141135-2-mst@redhat.com'),
    remedies: [upgradeDestination('qemu', '6.0.0')],
  },
  {
    id: 'qemu-5.0-to-5.1-amd',
    versions: [
      {
        program: 'qemu',
        source: [{ from: '5.0.0', before: '5.1.0' }],
        destination: [{ from: '5.1.0', before: '5.2.0' }],
      },
    ],
    condition: { kind: 'all', of: [{ kind: 'kvm' }, { kind: 'cpu-vendor', vendor: 'AMD' }] },
    effect: 'refused',
    certain: false,
    what: msg(
      'QEMU 5.1 was reported to end when a VM from QEMU 5.0 arrives on a host with an AMD processor.',
    ),
    url: message('20201030120218.57ce841be22970274491be08@fennosys.fi'),
    remedies: [upgradeDestination('qemu', '5.2.0')],
  },
  {
    id: 'qemu-4.0-balloon-in',
    versions: [
      { program: 'qemu', source: [{ before: '4.0.0' }], destination: [{ from: '4.0.0', before: '4.1.0' }] },
    ],
    condition: balloon,
    effect: 'refused',
    certain: true,
    what: msg('QEMU 4.0 expects a larger configuration of the memory balloon than older versions send.'),
    url: message('CAJSP0QWgq-j-w9aPTSsXGB4eToaOoF8w6Y3g=i+mn5D7=52Msg@mail.gmail.com'),
    remedies: [upgradeDestination('qemu', '4.1.0')],
  },
  {
    id: 'qemu-4.0-balloon-out',
    versions: [
      { program: 'qemu', source: [{ from: '4.0.0', before: '4.1.0' }], destination: [{ from: '4.1.0' }] },
    ],
    condition: balloon,
    effect: 'refused',
    certain: true,
    what: msg(
      'QEMU 4.0 sends a larger configuration of the memory balloon than newer versions read for machine types before 4.0.',
    ),
    url: message('CAJSP0QWgq-j-w9aPTSsXGB4eToaOoF8w6Y3g=i+mn5D7=52Msg@mail.gmail.com'),
    remedies: [startThere],
  },
  {
    id: 'qemu-ubuntu-trusty-machine',
    versions: [
      {
        program: 'qemu',
        source: [{ from: '2.3.0', before: '2.4.0' }],
        destination: [{ from: '2.5.0', before: '2.9.0' }],
      },
    ],
    condition: { kind: 'machine', endings: ['trusty', 'utopic'] },
    effect: 'refused',
    certain: true,
    what: msg(
      'QEMU 2.5 to 2.8 of Ubuntu makes its machine types of 14.04 and 14.10 after itself, not after QEMU 2.0.',
    ),
    url: 'https://bugs.launchpad.net/ubuntu/+source/qemu/+bug/1641532/comments/10',
    remedies: [startThere],
  },
  {
    id: 'qemu-ubuntu-precise-machine',
    versions: [{ program: 'qemu', source: [{ before: '1.1.0' }], destination: [{ from: '2.0.0' }] }],
    condition: { kind: 'machine', endings: ['pc-1.0'] },
    effect: 'refused',
    certain: true,
    what: msg('The machine type pc-1.0 of Ubuntu 12.04 is another one than pc-1.0 of QEMU.'),
    url: 'https://wiki.ubuntu.com/QemuPTMigration',
    remedies: [{ text: msg('Give the VM the machine type pc-1.0-precise, shut it off and start it again.') }],
  },
  {
    id: 'qemu-0.15-to-0.14',
    versions: [{ program: 'qemu', source: [{ from: '0.15' }], destination: [{ before: '0.15' }] }],
    condition: { kind: 'any' },
    effect: 'refused',
    certain: true,
    what: msg('QEMU before 0.15 ends with “Unknown savevm section” when a VM of a newer QEMU arrives.'),
    url: 'https://github.com/ganeti/ganeti/issues/252',
    remedies: [upgradeDestination('qemu', '0.15')],
  },
  {
    id: 'qemu-9.1-s390-css',
    versions: [
      {
        program: 'qemu',
        source: [{ before: '9.1.0' }],
        destination: [
          { from: '9.1.0', before: '9.1.3' },
          { from: '9.2.0', before: '9.2.1' },
        ],
      },
    ],
    condition: { kind: 'architecture', names: ['s390x'] },
    effect: 'refused',
    certain: true,
    what: msg('QEMU 9.1.0 to 9.1.2 and 9.2.0 does not know the section “s390_css” that older versions send.'),
    url: 'https://gitlab.com/qemu-project/qemu/-/issues/2704',
    remedies: [upgradeDestination('qemu', '9.2.1')],
  },
  {
    id: 'qemu-10-xics',
    versions: [{ program: 'qemu', source: [{ from: '10.0.0', before: '10.0.6' }] }],
    condition: { kind: 'architecture', names: ['ppc64', 'ppc64le'] },
    effect: 'guest-hangs',
    certain: false,
    what: msg('QEMU 10.0.0 to 10.0.5 does not send the state of the interrupt controller (XICS).'),
    url: message('6187781.lOV4Wx5bFT@fvogt-thinkpad'),
    remedies: [startThere],
  },
  {
    id: 'qemu-riscv-timers',
    versions: [{ program: 'qemu', source: [{ before: '10.0.11' }, { from: '10.1.0', before: '10.2.0' }] }],
    condition: { kind: 'architecture', names: ['riscv64'] },
    effect: 'state-lost',
    certain: false,
    what: msg(
      'QEMU before 10.2 does not send the timers of RISC-V (stimer, vstimer): events that the guest waits for are lost.',
    ),
    url: message('20251003032718.1324734-14-alistair.francis@wdc.com'),
    remedies: [startThere],
  },
  {
    id: 'qemu-goldfish-rtc',
    versions: [{ program: 'qemu', source: [{ before: '7.2.17' }] }],
    condition: { kind: 'architecture', names: ['riscv64'] },
    effect: 'state-lost',
    certain: false,
    what: msg(
      'QEMU before 7.2.17 sends the clock (goldfish_rtc) so that it is slow by the pause of the migration.',
    ),
    url: message('20250315091439.657371-19-mjt@tls.msk.ru'),
    remedies: [{ text: msg('Set the clock of the guest after the migration, or let it use NTP.') }],
  },
];
