// SPDX-License-Identifier: LGPL-2.1-or-later
import { endsOf, type LibvirtError } from '../../../libvirt/errors.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { ValidDestination } from '../../destination/index.ts';
import type { ServerIdentity } from '../facts/server-identity.ts';
import type { ControlRoute } from '../facts/ssh-route.ts';

/** Why the destination did not let us in, and what to do. */
export interface SignInProblem {
  readonly found: Message;
  readonly details?: readonly Message[];
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

/** Tells the causes apart by libvirt's reason and the original words of ssh, GnuTLS or libvirt. */
export function signInProblem(
  destination: ValidDestination,
  route: ControlRoute,
  error: LibvirtError,
  shown: ServerIdentity,
): SignInProblem {
  const { host } = destination.parts;
  const text = endsOf(error.message);
  if (destination.parts.transport === 'ssh') {
    const problem = sshProblem(destination, route, text, shown.hostKeys);
    if (problem !== undefined) return problem;
  }
  if (destination.parts.transport === 'tls') {
    const problem = tlsProblem(host, text, shown);
    if (problem !== undefined) return problem;
  }
  return libvirtProblem(destination, text);
}

function userAt({ parts: { user, host } }: ValidDestination): string {
  return `${user ?? 'root'}@${host}`;
}

function portOption({ parts: { port } }: ValidDestination): readonly string[] {
  return port === undefined ? [] : ['-p', String(port)];
}

function sshProblem(
  destination: ValidDestination,
  route: ControlRoute,
  text: string,
  fingerprints: readonly string[],
): SignInProblem | undefined {
  const { host } = destination.parts;
  const knownAs = route.port === 22 ? host : `[${host}]:${route.port}`;
  const details = fingerprints.map((print) => msg('The host there shows this key now: $0', print));
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Offending .* key in/i.test(text)) {
    return {
      found: msg(
        '$0 shows another host key than the one root knows. It was installed anew, or it is not that host.',
        host,
      ),
      details,
      remedies: [
        {
          text: msg('If you know why the key changed, forget the old one as root, then accept the new one.'),
          command: `sudo ${shellCommand('ssh-keygen', '-R', knownAs)}`,
          host: 'source',
        },
      ],
    };
  }
  if (/host key verification failed/i.test(text)) {
    return {
      found: msg('root of this host does not know the host key of $0 yet.', host),
      details,
      remedies: [
        {
          text: msg(
            'Sign in once as root and accept the key, after comparing its fingerprint with that of the destination.',
          ),
          command: `sudo ${shellCommand('ssh', ...portOption(destination), '--', userAt(destination), 'true')}`,
          host: 'source',
        },
        {
          text: msg('This shows the fingerprints on the destination itself.'),
          command: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
          host: 'destination',
        },
      ],
    };
  }
  if (/permission denied \(|too many authentication failures|no more authentication methods/i.test(text)) {
    return {
      found: msg('$0 does not accept the ssh key of root of this host.', userAt(destination)),
      remedies: [
        {
          text: msg('Make a key for root without a passphrase if there is none.'),
          command:
            'sudo sh -c \'test -e /root/.ssh/id_ed25519 || ssh-keygen -t ed25519 -N "" -f /root/.ssh/id_ed25519\'',
          host: 'source',
        },
        {
          text: msg('Let it in on the destination. You are asked for the password there.'),
          command: `sudo ${shellCommand('ssh-copy-id', ...portOption(destination), '--', userAt(destination))}`,
          host: 'source',
        },
      ],
    };
  }
  if (
    /not found|No such file|virt-ssh-helper|exec|cannot execute/i.test(text) &&
    /nc|netcat|virt-ssh-helper|sh:/i.test(text)
  ) {
    if (!text.includes('libvirt-sock')) {
      return {
        found: msg(
          'ssh lets root in, but there is no libvirt on $0, or not the program that passes its connection on.',
          host,
        ),
        remedies: [
          {
            text: msg('Install libvirt on the destination (Debian and Ubuntu: libvirt-daemon-system).'),
            command: 'apt install libvirt-daemon-system || dnf install libvirt-daemon-kvm',
            host: 'destination',
          },
        ],
      };
    }
  }
  return undefined;
}

function tlsProblem(host: string, text: string, { certificate }: ServerIdentity): SignInProblem | undefined {
  const show = (certificate: string): string => shellCommand('certtool', '-i', '--infile', certificate);
  const serverCertificate: Remedy = {
    text: msg('Look at the certificate of the destination.'),
    command: show('/etc/pki/libvirt/servercert.pem'),
    host: 'destination',
  };
  const expired = /expired|not yet active|not been activated/i.test(text);
  if (expired || (certificate !== undefined && certificate.validity !== 'valid')) {
    return {
      found:
        certificate?.validity === 'expired'
          ? msg('The certificate of $0 has expired, on $1.', host, certificate.notAfter)
          : certificate?.validity === 'not-yet-valid'
            ? msg('The certificate of $0 is not valid yet, but from $1 on.', host, certificate.notBefore)
            : msg('A certificate for the connection to $0 has expired or is not valid yet.', host),
      remedies: [
        serverCertificate,
        {
          text: msg('Look at that of this host, and at the clocks of both.'),
          command: show('/etc/pki/libvirt/clientcert.pem'),
          host: 'source',
        },
      ],
    };
  }
  if (/does not match the host|owner does not match/i.test(text)) {
    return {
      found: msg('The certificate of the destination is made for another name than $0.', host),
      ...(certificate === undefined ? {} : { details: [msg('It is made for: $0', certificate.names)] }),
      remedies: [
        serverCertificate,
        {
          text: msg(
            'Use a name that stands in the certificate, or give the destination a certificate with this one.',
          ),
        },
      ],
    };
  }
  if (/unable to (set|load)|cannot (read|stat|open)|\.pem'?: |does not exist/i.test(text)) {
    return {
      found: msg('Certificates that libvirt of this host needs for TLS are missing or cannot be read.'),
      remedies: [
        {
          text: msg('These files have to be there, for root.'),
          command:
            'ls -l /etc/pki/CA/cacert.pem /etc/pki/libvirt/clientcert.pem /etc/pki/libvirt/private/clientkey.pem',
          host: 'source',
        },
      ],
    };
  }
  if (
    /not trusted|unknown issuer|known issuer|signature|hasn't got a known|certificate (is )?(invalid|revoked)|signer/i.test(
      text,
    )
  ) {
    return {
      found: msg('The certificate of $0 is not signed by an authority that this host trusts.', host),
      remedies: [
        serverCertificate,
        {
          text: msg('The same authority has to be on both hosts.'),
          command: 'sha256sum /etc/pki/CA/cacert.pem',
          host: 'source',
        },
      ],
    };
  }
  if (/certificate|handshake|packet|reset by peer|TLS|End of file/i.test(text)) {
    return {
      found: msg(
        '$0 broke off the TLS connection: this host shows it no certificate, or one that it does not accept.',
        host,
      ),
      remedies: [
        {
          text: msg(
            'The certificate of this host has to be signed by the authority that the destination trusts, and be allowed there.',
          ),
          command: show('/etc/pki/libvirt/clientcert.pem'),
          host: 'source',
        },
        {
          text: msg('The libvirt of the destination logs why.'),
          command: 'journalctl -u libvirtd -u virtproxyd -n 20',
          host: 'destination',
        },
      ],
    };
  }
  return undefined;
}

function libvirtProblem(destination: ValidDestination, text: string): SignInProblem {
  const { host } = destination.parts;
  if (/libvirt-sock|virtqemud-sock|failed to connect socket/i.test(text)) {
    return /permission denied/i.test(text)
      ? {
          found: msg('$0 may sign in on the destination, but may not use its libvirt.', userAt(destination)),
          remedies: [
            {
              text: msg('Put the user into the group of those who may, or use root.'),
              command: shellCommand('usermod', '-aG', 'libvirt', '--', destination.parts.user ?? 'root'),
              host: 'destination',
            },
          ],
        }
      : {
          found: msg('The libvirt daemon of $0 does not run.', host),
          remedies: [
            {
              text: msg('Start it (newer systems have virtqemud in its place).'),
              command: 'systemctl enable --now libvirtd.socket || systemctl enable --now virtqemud.socket',
              host: 'destination',
            },
          ],
        };
  }
  if (
    /authentication (failed|required|unavailable)|authentication cancelled|SASL|polkit|access denied/i.test(
      text,
    )
  ) {
    return {
      found: msg(
        'libvirt on $0 asks for a user and a password, or does not allow this one. libvirt of this host cannot answer.',
        host,
      ),
      remedies: [
        {
          text: msg('See which ways to sign in the destination allows (auth_tcp, auth_tls, auth_unix_rw).'),
          command: "grep -E '^(auth|listen)_' /etc/libvirt/libvirtd.conf",
          host: 'destination',
        },
      ],
    };
  }
  return {
    found: msg('libvirt of this host could not connect to libvirt on $0.', host),
    remedies: [
      {
        text: msg('See it by hand, as root.'),
        command: `sudo ${shellCommand('virsh', '-c', destination.uri, 'hostname')}`,
        host: 'source',
      },
    ],
  };
}
