// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../../libvirt/errors.ts';
import { type Message, msg, type Remedy, shellCommand } from '../base/index.ts';

/** libvirt's error in plain words, its own text, and what can be done. */
export interface MigrationFailure {
  readonly summary: Message;
  readonly original: string;
  readonly advice?: Message;
  /** Where to look further. */
  readonly remedies?: readonly Remedy[];
}

/** An operation that libvirt refused: our sentence with libvirt's own text beneath it. */
export interface Refusal {
  readonly summary: Message;
  readonly original: string;
}

interface Words {
  readonly summary: Message;
  readonly advice?: Message;
  readonly remedies?: readonly Remedy[];
}

/** Why a migration failed, in plain words, with what can be done and the original text. */
export function migrationFailure(error: unknown): MigrationFailure {
  return { ...(words(error) ?? { summary: msg('The migration failed.') }), original: originalText(error) };
}

/** Why an operation was refused. `fallback` is said when libvirt's reason is none that has plain words. */
export function refusal(error: unknown, fallback: Message): Refusal {
  return { summary: words(error)?.summary ?? fallback, original: originalText(error) };
}

/** The original words of an error. */
export function originalText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** libvirt's daemon is virtqemud where it is split into several. What is in the journal depends on no setting of ours. */
const journal = shellCommand(
  ...['journalctl', '-u', 'libvirtd', '-u', 'virtqemud', '--since', '15 minutes ago', '--no-pager'],
);

/** Where libvirt keeps the reason of a failure that did not come through to the one who asked. */
const logs: readonly Remedy[] = [
  {
    text: msg('See the log of libvirt on the destination, which most often refused it.'),
    command: journal,
    host: 'destination',
  },
  { text: msg('See the log of libvirt on this host.'), command: journal, host: 'source' },
  {
    text: msg(
      'Where libvirt was told to write a file (log_outputs in libvirtd.conf), the reason is in that, on either host.',
    ),
    command: shellCommand('tail', '-n', '100', '/var/log/libvirt/libvirtd.log'),
  },
];

/** Plain words for the reasons that have some. */
function words(error: unknown): Words | undefined {
  if (!(error instanceof LibvirtError)) return undefined;
  switch (error.reason) {
    case 'unsafe-migration':
    case 'no-shared-storage':
      return {
        summary: msg('libvirt refused because a disk of the VM is not on storage that both hosts share.'),
        advice: msg(
          'Put the disk on shared storage, or set its cache mode to none. The check of shared storage names the disk.',
        ),
      };
    case 'host-key':
      return {
        summary: msg('The destination was not reached: root of this host does not know its ssh host key.'),
        advice: msg('Sign in there once as root of this host, and compare the key that ssh shows.'),
      };
    case 'auth-refused':
      return {
        summary: msg('The destination refused the sign-in.'),
        advice: msg(
          'libvirt signs in as root of this host, with a key of root. That key has to be accepted there.',
        ),
      };
    case 'auth-tls-untrusted':
      return {
        summary: msg('The TLS certificate of one host was signed by nobody whom the other one trusts.'),
      };
    case 'auth-tls-expired':
      return { summary: msg('A TLS certificate is out of date.'), advice: msg('Renew it.') };
    case 'auth-tls-name':
      return {
        summary: msg('The TLS certificate of the destination is for another name than the one in the URI.'),
        advice: msg('Use the name that the certificate has.'),
      };
    case 'connection-refused':
      return {
        summary: msg('The destination answered, but nothing listens there on the port that was needed.'),
        advice: msg('See whether the service runs there. The text beneath has the port.'),
      };
    case 'connection-timeout':
      return {
        summary: msg('The destination did not answer, or something on the way blocks a port.'),
        advice: msg(
          'libvirt needs the port of the URI and, for the data, ports 49152 to 49215 of the destination. The text beneath has the one that failed.',
        ),
      };
    case 'unresolved':
      return {
        summary: msg('A host name could not be turned into an address.'),
        advice: msg(
          'It may be the name that the destination calls itself. Make it known on this host, or set the migration URI to an address.',
        ),
      };
    case 'domain-exists':
      return {
        summary: msg('The destination has another VM of this name or with this UUID.'),
        advice: msg('Rename or remove the one over there, if it is not needed.'),
      };
    case 'cpu-incompatible':
      return {
        summary: msg('The processor of the destination lacks something that the VM uses.'),
        advice: msg(
          'Give the VM a CPU model that both hosts have. That takes effect when it is next started.',
        ),
      };
    case 'operation-aborted':
      return { summary: msg('It was cancelled.') };
    case 'no-such-domain':
      return { summary: msg('There is no such VM any more.') };
    case 'access-denied':
      return {
        summary: msg('You may not do this.'),
        advice: msg('Switch to administrative access, or ask to become a member of the group libvirt.'),
      };
    case 'daemon-down':
      return {
        summary: msg('A libvirt daemon does not answer.'),
        advice: msg('The text beneath tells which one. See whether it runs.'),
      };
    case 'tunnel-ended':
      return {
        summary: msg('The connection to the destination was closed before libvirt told its reason.'),
        advice: msg(
          'The VM is still on this host, and nothing of it was lost. The logs of libvirt on this host or on the destination have the reason.',
        ),
        remedies: logs,
      };
    case 'closed':
      return {
        summary: msg('The connection with libvirt broke off.'),
        advice: msg('The VM itself is not affected by this page. See in the list where it runs.'),
      };
    case 'busy':
      return {
        summary: msg('libvirt is doing something else with this VM.'),
        advice: msg('Wait until that is done, for example a migration, a snapshot or a backup.'),
      };
    case 'file-missing':
      return {
        summary: msg('A file that the VM needs is missing. The text beneath names it.'),
        advice: msg('Make it available under the same path, or take the device that uses it out of the VM.'),
      };
    case 'no-pool':
      return {
        summary: msg('The destination has no storage pool in which libvirt could make the image of a disk.'),
        advice: msg('Make an active pool of the folder that the text beneath names.'),
      };
    case 'no-space':
      return {
        summary: msg('There is not enough room on the destination.'),
        advice: msg('Make room there, or copy fewer disks.'),
      };
    case 'image-size':
      return {
        summary: msg(
          'The destination has an image of another size under the path of a disk that was to be copied.',
        ),
        advice: msg('Take it away there, if nothing needs it, so that libvirt makes one.'),
      };
    case 'same-host':
      return {
        summary: msg('The destination is this very host, or has the same host UUID.'),
        advice: msg('Cloned hosts share a UUID. Set another host_uuid in libvirtd.conf on one of them.'),
      };
    default:
      return undefined;
  }
}
