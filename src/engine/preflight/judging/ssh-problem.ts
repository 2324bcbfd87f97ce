// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import type { ValidDestination } from '../../destination/index.ts';
import type { ControlRoute } from '../facts/ssh-route.ts';
import type { SignInProblem } from './sign-in-problem.ts';

/** The account that ssh signs in to, as ssh writes it. */
export function userAt({ parts: { user, host } }: ValidDestination): string {
  return `${user ?? 'root'}@${host}`;
}

function portOption({ parts: { port } }: ValidDestination): readonly string[] {
  return port === undefined ? [] : ['-p', String(port)];
}

function changedHostKey(
  { parts: { host } }: ValidDestination,
  { port }: ControlRoute,
  fingerprints: readonly string[],
): SignInProblem {
  const knownAs = port === 22 ? host : `[${host}]:${port}`;
  return {
    found: msg(
      '$0 shows another host key than root of this host knows. The host was reinstalled, or it is another host.',
      host,
    ),
    details: fingerprints.map((print) => msg('Host key of $0 now: $1', host, print)),
    remedies: [
      {
        text: msg(
          'Remove the old host key of $0, if you know why the key changed. Then check again and accept the new one.',
          host,
        ),
        command: `sudo ${shellCommand('ssh-keygen', '-R', knownAs)}`,
        host: 'source',
      },
    ],
  };
}

function unknownHostKey(destination: ValidDestination, fingerprints: readonly string[]): SignInProblem {
  const { host } = destination.parts;
  return {
    found: msg('The host key of $0 is not known to root of this host yet.', host),
    details: fingerprints.map((print) => msg('Host key of $0 now: $1', host, print)),
    remedies: [
      {
        text: msg('Sign in to $0 once as root, compare the fingerprint, and accept the host key.', host),
        command: `sudo ${shellCommand('ssh', ...portOption(destination), '--', userAt(destination), 'true')}`,
        host: 'source',
      },
      {
        text: msg('Show the fingerprints on $0 itself.', host),
        command: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
        host: 'destination',
      },
    ],
  };
}

function refusedKey(destination: ValidDestination): SignInProblem {
  return {
    found: msg('$0 does not accept the ssh key of root of this host.', userAt(destination)),
    remedies: [
      {
        text: msg('Create an ssh key without a passphrase for root of this host, if root has none.'),
        command:
          'sudo sh -c \'test -e /root/.ssh/id_ed25519 || ssh-keygen -t ed25519 -N "" -f /root/.ssh/id_ed25519\'',
        host: 'source',
      },
      {
        text: msg('Copy the key to $0. You are asked for the password of that user.', userAt(destination)),
        command: `sudo ${shellCommand('ssh-copy-id', ...portOption(destination), '--', userAt(destination))}`,
        host: 'source',
      },
    ],
  };
}

function noLibvirt({ parts: { host } }: ValidDestination): SignInProblem {
  return {
    found: msg(
      'No libvirt is installed on $0, or the program that ssh starts there is missing (nc or virt-ssh-helper).',
      host,
    ),
    remedies: [
      {
        text: msg('Install libvirt on $0.', host),
        command: 'apt install libvirt-daemon-system || dnf install libvirt-daemon-kvm',
        host: 'destination',
      },
    ],
  };
}

/** The proxy program on the destination, or the shell that looks for it, reports that something is missing. */
function isMissingProgram(text: string): boolean {
  return (
    /not found|No such file|virt-ssh-helper|exec|cannot execute/i.test(text) &&
    /nc|netcat|virt-ssh-helper|sh:/i.test(text) &&
    !text.includes('libvirt-sock')
  );
}

/** Causes within ssh; undefined if ssh signed root in. */
export function sshProblem(
  destination: ValidDestination,
  route: ControlRoute,
  text: string,
  fingerprints: readonly string[],
): SignInProblem | undefined {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Offending .* key in/i.test(text))
    return changedHostKey(destination, route, fingerprints);
  if (/host key verification failed/i.test(text)) return unknownHostKey(destination, fingerprints);
  if (/permission denied \(|too many authentication failures|no more authentication methods/i.test(text))
    return refusedKey(destination);
  return isMissingProgram(text) ? noLibvirt(destination) : undefined;
}
