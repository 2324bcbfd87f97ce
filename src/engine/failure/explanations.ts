// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtReason } from '../../libvirt/errors.ts';
import { type Message, msg, type Remedy, shellCommand } from '../base/index.ts';

/** What happened, and what to do. */
export interface Explanation {
  readonly summary: Message;
  readonly advice?: Message;
  readonly remedies?: readonly Remedy[];
}

/** With modular daemons, libvirt's daemon is virtqemud. The journal has its messages whatever this program's settings are. */
const journal = shellCommand(
  ...['journalctl', '-u', 'libvirtd', '-u', 'virtqemud', '--since', '15 minutes ago', '--no-pager'],
);

/** Where libvirt logs the reason of a failure that it did not report to the caller. */
const logs: readonly Remedy[] = [
  {
    text: msg('Show the libvirt log of the destination: most often the destination refused.'),
    command: journal,
    host: 'destination',
  },
  { text: msg('Show the libvirt log of this host.'), command: journal, host: 'source' },
  {
    text: msg('Show the log file on either host, if log_outputs in libvirtd.conf names one.'),
    command: shellCommand('tail', '-n', '100', '/var/log/libvirt/libvirtd.log'),
  },
];

const notShared: Explanation = {
  summary: msg('A disk of the VM is not on shared storage, so libvirt refused.'),
  advice: msg(
    'Move the disk to shared storage, copy it, or set its cache mode to none. The check “Shared storage” names the disk.',
  ),
};

/** Each reason in plain words. Undefined if only libvirt's own text is known. */
export const explanations: Readonly<Record<LibvirtReason, Explanation | undefined>> = {
  'unsafe-migration': notShared,
  'no-shared-storage': notShared,
  'host-key': {
    summary: msg('Host key unknown: root on this host does not know the ssh host key of the destination.'),
    advice: msg(
      'Sign in to the destination once as root of this host, and compare the host key that ssh shows.',
    ),
  },
  'auth-refused': {
    summary: msg('The destination refused the sign-in.'),
    advice: msg('Add the public ssh key of root on this host to the authorized keys on the destination.'),
  },
  'auth-tls-untrusted': {
    summary: msg(
      'TLS certificate not trusted: one host does not know the authority that signed the other’s.',
    ),
    advice: msg('Install the same CA certificate on both hosts.'),
  },
  'auth-tls-expired': {
    summary: msg('A TLS certificate has expired or is not valid yet.'),
    advice: msg('Renew the certificate, and check the clocks of both hosts.'),
  },
  'auth-tls-name': {
    summary: msg('The TLS certificate of the destination has another name than the URI.'),
    advice: msg('Use the name in the certificate as the destination.'),
  },
  'connection-refused': {
    summary: msg('Connection refused: nothing listens on that port of the destination.'),
    advice: msg('Start the service on the destination. The original message names the port.'),
  },
  'connection-timeout': {
    summary: msg('The destination does not answer, or a firewall blocks a port.'),
    advice: msg(
      'Open the port of the URI and, for the data, ports 49152-49215 on the destination. The original message names the port that failed.',
    ),
  },
  unresolved: {
    summary: msg('A host name could not be resolved.'),
    advice: msg(
      'Add the name to DNS or /etc/hosts on this host, or set the migration URI to an address. The destination may use another name for itself.',
    ),
  },
  'domain-exists': {
    summary: msg('The destination already has a VM with this name or UUID.'),
    advice: msg('Rename or remove the VM on the destination.'),
  },
  'cpu-incompatible': {
    summary: msg('The CPU of the destination lacks features that the VM uses.'),
    advice: msg('Give the VM a CPU model that both hosts have, then shut it down and run it again.'),
  },
  'operation-aborted': { summary: msg('The migration was cancelled.') },
  'no-such-domain': { summary: msg('This VM no longer exists.') },
  'access-denied': {
    summary: msg('You are not allowed to do this.'),
    advice: msg('Switch to administrative access, or ask to join the group libvirt.'),
  },
  'daemon-down': {
    summary: msg('A libvirt daemon does not answer.'),
    advice: msg('Start libvirt on the host whose daemon does not answer.'),
    remedies: logs,
  },
  'tunnel-ended': {
    summary: msg('The connection to the destination closed before libvirt gave a reason.'),
    advice: msg('The libvirt log of the destination or of this host has the reason.'),
    remedies: logs,
  },
  closed: {
    summary: msg('The connection to libvirt was lost.'),
    remedies: logs,
  },
  busy: {
    summary: msg('The VM is busy with another libvirt job.'),
    advice: msg('Wait until that job ends: a migration, a snapshot or a backup, for example.'),
  },
  'file-missing': {
    summary: msg('A file that the VM needs is missing. The original message names it.'),
    advice: msg('Copy the file to the same path, or remove the device that uses it from the VM.'),
  },
  'no-pool': {
    summary: msg('The destination has no storage pool for the image of a disk.'),
    advice: msg('Create and start a storage pool there for the folder that the original message names.'),
  },
  'no-space': {
    summary: msg('The destination has too little free space.'),
    advice: msg('Free space on the destination, or copy fewer disks.'),
  },
  'image-size': {
    summary: msg('The destination has a disk image of another size at the same path.'),
    advice: msg(
      'Remove that image from the destination if nothing needs it. Then libvirt creates a new one.',
    ),
  },
  'same-host': {
    summary: msg('The destination is this host, or has the same host UUID.'),
    advice: msg('Cloned hosts share a UUID: set a different host_uuid in libvirtd.conf on one of them.'),
  },
  cancelled: undefined,
  protocol: undefined,
  other: undefined,
};
