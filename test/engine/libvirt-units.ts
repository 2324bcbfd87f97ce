// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * Units of libvirt and their states, as `systemctl list-unit-files` prints them, from reports of people with such hosts. No host with
 * modular daemons was available here. The units of libvirtd exist there too, disabled: both daemons use the same socket, so one of
 * them must stay off.
 */
export const recordedUnits: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Of RHEL 9, noted by Nick Hardiman in "enable libvirt's modular daemons" (January 2022). Its preset enables virtqemud.service, whose
  // sockets come with it (https://fedoraproject.org/wiki/Changes/LibvirtModularDaemons; Fedora since 35).
  'RHEL 9': {
    'libvirtd.service': 'disabled',
    'libvirtd.socket': 'disabled',
    'libvirtd-tcp.socket': 'disabled',
    'libvirtd-tls.socket': 'disabled',
    'virtproxyd.service': 'disabled',
    'virtproxyd.socket': 'enabled',
    'virtproxyd-tcp.socket': 'disabled',
    'virtproxyd-tls.socket': 'disabled',
    'virtqemud.service': 'enabled',
    'virtqemud.socket': 'enabled',
  },
  // The same after `systemctl mask libvirtd.service libvirtd.socket`, and with the sockets of virtqemud alone, as on a
  // Fedora system (secureblue, pull request 1766).
  'Fedora, virtqemud.socket alone': {
    'libvirtd.service': 'masked',
    'libvirtd.socket': 'masked',
    'libvirtd-tcp.socket': 'masked',
    'libvirtd-tls.socket': 'masked',
    'virtproxyd.service': 'disabled',
    'virtproxyd.socket': 'disabled',
    'virtproxyd-tcp.socket': 'disabled',
    'virtproxyd-tls.socket': 'disabled',
    'virtqemud.service': 'disabled',
    'virtqemud.socket': 'enabled',
  },
  // RHEL 8 has both, and does not enable the modular ones yet (stackhpc/ansible-role-libvirt-host, pull request 77).
  'RHEL 8': {
    'libvirtd.service': 'enabled',
    'libvirtd.socket': 'enabled',
    'libvirtd-tcp.socket': 'disabled',
    'libvirtd-tls.socket': 'disabled',
    'virtproxyd.service': 'disabled',
    'virtproxyd.socket': 'disabled',
    'virtproxyd-tcp.socket': 'disabled',
    'virtproxyd-tls.socket': 'disabled',
    'virtqemud.service': 'disabled',
    'virtqemud.socket': 'disabled',
  },
  // Seen on the lab's hosts of 12, 13 and 14.
  Debian: {
    'libvirtd.service': 'enabled',
    'libvirtd.socket': 'enabled',
    'libvirtd-tcp.socket': 'disabled',
    'libvirtd-tls.socket': 'disabled',
  },
};
