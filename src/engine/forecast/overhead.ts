// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * So many times as long as one ssh connection takes everything that libvirt does around the copying: it connects the same way,
 * both sides agree in about as many messages, the destination starts its QEMU, and in the end the VM is taken over. All of
 * that gets slower with the hosts and the way between them, as connecting does. The connection that is timed is the preflight's.
 * Seen in the lab (libvirt 9.0, QEMU 7.2 without KVM, two processors), in the cells of the forecast's bench: 0.43 to 0.77 s
 * beside 0.25 to 0.34 s, at the median 2.3 times as long.
 */
const connectionsWorth = 2.3;

/** Where no connection was timed. In the lab it is 0.4 to 1.2 s, by how fast and how busy the machine is. */
const usualMilliseconds = 800;

/** What libvirt needs around the copying, in milliseconds, where an ssh connection to the destination took so many. */
export function migrationOverhead(connectMilliseconds: number | undefined): number {
  return connectMilliseconds === undefined ? usualMilliseconds : connectMilliseconds * connectionsWorth;
}
