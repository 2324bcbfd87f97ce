// SPDX-License-Identifier: LGPL-2.1-or-later
import { endsOf, type LibvirtError } from '../../../libvirt/errors.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { ValidDestination } from '../../destination/index.ts';
import type { ServerIdentity } from '../facts/server-identity.ts';
import type { ControlRoute } from '../facts/ssh-route.ts';
import { startLibvirt } from './libvirt-daemon.ts';
import { sshProblem, userAt } from './ssh-problem.ts';
import { tlsProblem } from './tls-problem.ts';

/** Why the destination refused the sign-in, and what to do. */
export interface SignInProblem {
  readonly found: Message;
  readonly details?: readonly Message[];
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

/** Distinguishes the causes by the original text of ssh, GnuTLS or libvirt. */
export function signInProblem(
  destination: ValidDestination,
  route: ControlRoute,
  error: LibvirtError,
  shown: ServerIdentity,
): SignInProblem {
  const { host, transport } = destination.parts;
  const text = endsOf(error.message);
  const problem =
    transport === 'ssh'
      ? sshProblem(destination, route, text, shown.hostKeys)
      : transport === 'tls'
        ? tlsProblem(host, text, shown)
        : undefined;
  return problem ?? libvirtProblem(destination, text);
}

/** This user may not use the daemon's socket, or nothing listens on it. */
function socketProblem(destination: ValidDestination, text: string): SignInProblem {
  const { host } = destination.parts;
  return /permission denied/i.test(text)
    ? {
        found: msg('$0 can sign in to the destination, but may not use its libvirt.', userAt(destination)),
        remedies: [
          {
            text: msg(
              'Add $0 to the libvirt group on the destination, or sign in as root.',
              userAt(destination),
            ),
            command: shellCommand('usermod', '-aG', 'libvirt', '--', destination.parts.user ?? 'root'),
            host: 'destination',
          },
        ],
      }
    : {
        found: msg('The libvirt daemon of $0 does not run.', host),
        remedies: [
          {
            text: msg('Start the libvirt daemon on $0.', host),
            command: startLibvirt,
            host: 'destination',
          },
        ],
      };
}

function libvirtProblem(destination: ValidDestination, text: string): SignInProblem {
  const { host } = destination.parts;
  if (/libvirt-sock|virtqemud-sock|failed to connect socket/i.test(text))
    return socketProblem(destination, text);
  if (
    /authentication (failed|required|unavailable)|authentication cancelled|SASL|polkit|access denied/i.test(
      text,
    )
  ) {
    return {
      found: msg(
        '$0 asks for a user and a password, or does not allow this user. The libvirt daemon of this host cannot answer.',
        host,
      ),
      remedies: [
        {
          text: msg(
            'Use qemu+ssh, or allow connections without a password on $0 (auth_tcp, auth_tls).',
            host,
          ),
        },
        {
          text: msg('Show which ways to sign in $0 allows.', host),
          // Of virtproxyd where libvirt is split into several daemons.
          command: "grep -sE '^(auth|listen)_' /etc/libvirt/libvirtd.conf /etc/libvirt/virtproxyd.conf",
          host: 'destination',
        },
      ],
    };
  }
  return {
    found: msg('This host could not connect to libvirt on $0.', host),
    remedies: [
      {
        text: msg('Show the result of the same connection, made by hand as root.'),
        command: `sudo ${shellCommand('virsh', '-c', destination.uri, 'hostname')}`,
        host: 'source',
      },
    ],
  };
}
