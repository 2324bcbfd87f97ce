// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../../../base/index.ts';
import type { KnownBadPair } from './pair.ts';
import { startThere, upgradeDestination, upgradeSource } from './remedies.ts';

/** libvirt's own release notes. */
const news = 'https://github.com/libvirt/libvirt/blob/0122b6d94bda04795e66aac531958aedd3dfbc06/NEWS.rst';

/** The releases in which libvirt knew features of VMX, and expected them of older releases too. */
const strictVmx = { from: '9.10.0', before: '10.2.0' };
const vmx = {
  kind: 'all',
  of: [{ kind: 'cpu-compared' }, { kind: 'cpu-feature', name: 'vmx', policy: 'require' }],
} as const;

/** Pairs of libvirt. */
export const libvirtPairs: readonly KnownBadPair[] = [
  {
    id: 'libvirt-vmx-from-older',
    versions: [{ program: 'libvirt', source: [{ before: '9.10.0' }], destination: [strictVmx] }],
    condition: vmx,
    effect: 'refused',
    certain: true,
    what: msg(
      'A VM with nested virtualization that an older libvirt started has extra VMX features for libvirt 9.10 to 10.1.',
    ),
    url: `${news}#v1020-2024-04-02`,
    remedies: [upgradeDestination('libvirt', '10.2.0')],
  },
  {
    id: 'libvirt-vmx-to-older',
    versions: [{ program: 'libvirt', source: [strictVmx], destination: [{ before: '9.10.0' }] }],
    condition: vmx,
    effect: 'refused',
    certain: true,
    what: msg(
      'The VM has nested virtualization. If libvirt 9.10 to 10.1 started it, libvirt before 9.10 refuses it.',
    ),
    url: `${news}#v1020-2024-04-02`,
    remedies: [upgradeDestination('libvirt', '10.2.0')],
  },
  {
    id: 'libvirt-vmx-back-from-newer',
    versions: [{ program: 'libvirt', source: [{ from: '10.2.0' }], destination: [strictVmx] }],
    condition: vmx,
    effect: 'refused',
    certain: true,
    what: msg('The VM has nested virtualization. Its VMX features are extra ones for libvirt 9.10 to 10.1.'),
    url: `${news}#v1020-2024-04-02`,
    remedies: [upgradeDestination('libvirt', '10.2.0')],
  },
  {
    id: 'libvirt-vmx-disabled',
    versions: [{ program: 'libvirt', destination: [{ from: '9.10.0', before: '10.5.0' }] }],
    condition: {
      kind: 'all',
      of: [{ kind: 'cpu-compared' }, { kind: 'cpu-feature', name: 'vmx-*', policy: 'disable' }],
    },
    effect: 'refused',
    certain: false,
    what: msg(
      'The VM has VMX features disabled. On the destination, libvirt before 10.5 may expect them nevertheless.',
    ),
    url: `${news}#v1050-2024-07-01`,
    remedies: [upgradeDestination('libvirt', '10.5.0')],
  },
  {
    id: 'libvirt-extra-feature-ht',
    versions: [
      { program: 'libvirt', destination: [{ before: '11.10.0' }] },
      { program: 'qemu', source: [{ before: '10.0.0' }], destination: [{ from: '10.0.0' }] },
    ],
    condition: { kind: 'all', of: [{ kind: 'kvm' }, { kind: 'cpu-compared' }, { kind: 'cpu-siblings' }] },
    effect: 'refused',
    certain: false,
    what: msg(
      'A CPU with several cores has the feature “ht” in QEMU 10.0 and newer. For libvirt before 11.10 that is an extra feature.',
    ),
    url: 'https://github.com/harvester/harvester/issues/11615',
    remedies: [
      upgradeDestination('libvirt', '11.10.0'),
      { text: msg('Give the VM one socket for each vCPU (<topology>), shut it off and start it again.') },
    ],
  },
  {
    id: 'libvirt-root-squash',
    versions: [{ program: 'libvirt', destination: [{ from: '10.1.0', before: '10.4.0' }] }],
    condition: { kind: 'disk-on', fileSystem: 'nfs' },
    effect: 'refused',
    certain: false,
    what: msg('A disk is on NFS. With root_squash, libvirt 10.1 to 10.3 fails with “Unknown error 255”.'),
    url: `${news}#v1040-2024-06-03`,
    remedies: [upgradeDestination('libvirt', '10.4.0')],
  },
  {
    id: 'libvirt-tls-name-of-disks',
    versions: [{ program: 'libvirt', source: [{ before: '10.3.0' }] }],
    condition: { kind: 'all', of: [{ kind: 'copied-disks' }, { kind: 'post-copy' }] },
    effect: 'refused',
    certain: false,
    what: msg(
      'With TLS, libvirt before 10.3 may check the certificate against an empty name when it copies disks for a migration with post-copy.',
    ),
    url: `${news}#v1030-2024-05-02`,
    remedies: [upgradeSource('libvirt', '10.3.0'), { text: msg('Turn post-copy off for this migration.') }],
  },
  {
    id: 'libvirt-post-copy-recovery',
    versions: [{ program: 'libvirt', destination: [{ from: '11.2.0', before: '11.4.0' }] }],
    condition: { kind: 'post-copy' },
    effect: 'crash',
    certain: false,
    what: msg('If a post-copy that failed is resumed, libvirt 11.2 and 11.3 on the destination crashes.'),
    url: `${news}#v1140-2025-06-02`,
    remedies: [
      upgradeDestination('libvirt', '11.4.0'),
      { text: msg('Turn post-copy off for this migration.') },
    ],
  },
  {
    id: 'libvirt-copied-disks-8-7',
    versions: [{ program: 'libvirt', source: [{ from: '8.7.0', before: '8.8.0' }] }],
    condition: { kind: 'copied-disks' },
    effect: 'refused',
    certain: true,
    what: msg('The migration copies disks, which libvirt 8.7 cannot set up.'),
    url: `${news}#v880-2022-10-03`,
    remedies: [upgradeSource('libvirt', '8.8.0')],
  },
  {
    id: 'libvirt-ethernet-interface',
    versions: [{ program: 'libvirt', source: [{ before: '9.1.0' }], destination: [{ from: '9.1.0' }] }],
    condition: { kind: 'interface-type', type: 'ethernet' },
    effect: 'refused',
    certain: false,
    what: msg(
      'If the tap device of an “ethernet” interface already exists on the destination, libvirt 9.1 and newer refuses the VM.',
    ),
    url: 'https://lists.openstack.org/archives/list/openstack-discuss@lists.openstack.org/thread/H6FOCISO46NIYA6JIMJRJF4XWWISDMRU',
    remedies: [
      {
        text: msg(
          "Remove the tap device on the destination, or mark it with managed='no' in the definition.",
        ),
      },
    ],
  },
  {
    id: 'libvirt-macvtap-names',
    versions: [{ program: 'libvirt', source: [{ before: '6.7.0' }] }],
    condition: { kind: 'interface-type', type: 'direct' },
    effect: 'state-lost',
    certain: false,
    what: msg(
      'If the VM does not start on the destination, libvirt may delete the macvtap device of another VM there. Before 6.7 it sends the name along.',
    ),
    url: `${news}#v670-2020-09-01`,
    remedies: [upgradeSource('libvirt', '6.7.0')],
  },
  {
    id: 'libvirt-no-way-back',
    versions: [{ program: 'libvirt', source: [{ before: '4.5.0' }] }],
    condition: { kind: 'any' },
    effect: 'state-lost',
    certain: false,
    what: msg(
      'If the migration fails late, libvirt before 4.5 cannot resume the VM on this host: QEMU on the destination already holds the disks.',
    ),
    url: `${news}#v450-2018-07-02`,
    remedies: [upgradeSource('libvirt', '4.5.0'), startThere],
  },
];
