// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { restartLibvirt } from './libvirt-daemon.ts';

/** Opens ports of the destination; each is `49152` or `49152-49215`. `host` is its name in texts. */
export function openPorts(ports: readonly string[], host: string): Remedy {
  const shown = ports.join(', ');
  const single = ports.length === 1 && !shown.includes('-');
  return {
    text: single
      ? msg('Open port $0 on $1, and in every firewall between the hosts.', shown, host)
      : msg('Open ports $0 on $1, and in every firewall between the hosts.', shown, host),
    command: ports
      .map((port) => `firewall-cmd --permanent --add-port=${port}/tcp && `)
      .join('')
      .concat('firewall-cmd --reload'),
    host: 'destination',
  };
}

/** Adds a name to this host's /etc/hosts. Without an address, the admin has to fill one in. */
export function addToHosts(name: string, address?: string): Remedy {
  return {
    text:
      address === undefined
        ? msg('Add $0 with its ADDRESS to /etc/hosts on this host, or to DNS.', name)
        : msg('Add $0 to /etc/hosts on this host, or to DNS.', name),
    command: `${shellCommand('echo', `${address ?? 'ADDRESS'} ${name}`)} >> /etc/hosts`,
    host: 'source',
  };
}

/** The command that makes a comment of a setting of qemu.conf. */
export function commentOut(name: string): string {
  return shellCommand('sed', '-i', `s/^ *${name}/#&/`, '/etc/libvirt/qemu.conf');
}

/** Removes a setting from qemu.conf. It stays in the file as a comment. */
export function dropQemuSetting(name: string, host: 'source' | 'destination'): Remedy {
  return {
    text:
      host === 'source'
        ? msg('Remove $0 from qemu.conf on this host, and restart libvirt.', name)
        : msg('Remove $0 from qemu.conf on the destination, and restart libvirt there.', name),
    command: `${commentOut(name)}; ${restartLibvirt}`,
    host,
  };
}
