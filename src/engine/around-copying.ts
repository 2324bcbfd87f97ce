// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * So many times as long as one ssh connection takes everything that libvirt does around the copying: it connects the same way,
 * both sides agree in about as many messages, the destination starts its QEMU, and in the end the VM is taken over. All of
 * that gets slower with the hosts and the way between them, as connecting does. The connection that is timed is the one of the
 * preflight, made while this host is asked about much else: seen in the lab (libvirt 9.0, QEMU 7.2 without KVM, idle VM, two
 * processors) 0.33 s, where one made by itself takes 0.24 s and a migration 0.56 s beside its copying.
 */
const connectionsWorth = 1.7;

/** Where no connection was timed. In the lab it is 0.4 to 1.2 s, by how fast and how busy the machine is. */
const usualMilliseconds = 800;

/** What libvirt needs around the copying, in milliseconds, where an ssh connection to the destination took so many. */
export function aroundCopying(connectMilliseconds: number | undefined): number {
  return connectMilliseconds === undefined ? usualMilliseconds : connectMilliseconds * connectionsWorth;
}
