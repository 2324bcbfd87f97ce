// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * The overhead of libvirt, as a multiple of the time of one ssh connection: libvirt connects too, both sides exchange a similar
 * number of messages, the destination starts QEMU, and at the end it takes over the VM. Slow hosts and a slow link slow down both.
 * The connection that is timed is the preflight's. Measured by the bench of the forecast in the lab (libvirt 9.0, QEMU 7.2 without
 * KVM, two processors): 0.43 to 0.77 s against 0.25 to 0.34 s, a median ratio of 2.3.
 */
const connectionsWorth = 2.3;

/** Used if no connection was timed. In the lab it is 0.4 to 1.2 s, depending on the machine and its load. */
const usualMilliseconds = 800;

/** The time that libvirt needs besides copying, in milliseconds, given the time of an ssh connection to the destination. */
export function migrationOverhead(connectMilliseconds: number | undefined): number {
  return connectMilliseconds === undefined ? usualMilliseconds : connectMilliseconds * connectionsWorth;
}
