// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * The daemon of the host on which the command is run. Where libvirt is split into several (Fedora since 35, RHEL since 9), the units of
 * virtqemud are enabled, and those of libvirtd are there, but must stay off: https://libvirt.org/daemons.html. `is-enabled`
 * succeeds if one of its units is enabled.
 */
function daemonOrLibvirtd(modular: 'virtqemud' | 'virtproxyd'): string {
  return `$(systemctl is-enabled --quiet virtqemud.socket virtqemud.service 2>/dev/null && echo ${modular} || echo libvirtd)`;
}

/** Starts libvirt, and keeps it started. */
export const startLibvirt = `systemctl enable --now ${daemonOrLibvirtd('virtqemud')}.socket`;

/** Restarts libvirt if it runs. */
export const restartLibvirt = `systemctl try-restart ${daemonOrLibvirtd('virtqemud')}`;

/** Makes libvirt listen for connections from other hosts. Its sockets cannot be changed while the daemon runs. */
export function enableRemote(transport: 'tcp' | 'tls'): string {
  return `daemon=${daemonOrLibvirtd('virtproxyd')}; systemctl stop "$daemon" && systemctl enable --now "$daemon-${transport}.socket"`;
}

/** Gives the host a UUID of its own. The kernel makes one everywhere; Debian has no uuidgen unless asked to. */
export const setHostUuid = `daemon=${daemonOrLibvirtd('virtqemud')}; echo "host_uuid = \\"$(cat /proc/sys/kernel/random/uuid)\\"" >> "/etc/libvirt/$daemon.conf" && systemctl restart "$daemon"`;
