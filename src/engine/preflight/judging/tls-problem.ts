// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { ServerCertificate, ServerIdentity } from '../facts/server-identity.ts';
import type { SignInProblem } from './sign-in-problem.ts';

/** libvirt's default folder for certificates (https://libvirt.org/kbase/tlscerts.html). */
const authority = '/etc/pki/CA/cacert.pem';
const clientCertificate = '/etc/pki/libvirt/clientcert.pem';
const serverCertificate = '/etc/pki/libvirt/servercert.pem';

function show(certificate: string): string {
  return shellCommand('certtool', '-i', '--infile', certificate);
}

function showServerCertificate(host: string): Remedy {
  return {
    text: msg('Show the certificate of $0.', host),
    command: show(serverCertificate),
    host: 'destination',
  };
}

const showClientCertificate: Remedy = {
  text: msg('Show the certificate of this host.'),
  command: show(clientCertificate),
  host: 'source',
};

function foundInvalid(host: string, certificate: ServerCertificate | undefined): Message {
  switch (certificate?.validity) {
    case 'expired':
      return msg('The certificate of $0 has expired, on $1.', host, certificate.notAfter);
    case 'not-yet-valid':
      return msg('The certificate of $0 is not valid before $1.', host, certificate.notBefore);
    default:
      return msg('A certificate for the connection to $0 has expired or is not valid yet.', host);
  }
}

function invalid(host: string, certificate: ServerCertificate | undefined): SignInProblem {
  return {
    found: foundInvalid(host, certificate),
    remedies: [
      {
        text: msg('Renew the certificate that is not valid, or correct the clock of the host that is wrong.'),
      },
      showServerCertificate(host),
      showClientCertificate,
    ],
  };
}

function otherName(host: string, certificate: ServerCertificate | undefined): SignInProblem {
  return {
    found: msg('The certificate of the destination is for another name than $0.', host),
    ...(certificate === undefined ? {} : { details: [msg('The certificate is for: $0', certificate.names)] }),
    remedies: [
      { text: msg('Use a name from the certificate, or give the destination a certificate for $0.', host) },
      showServerCertificate(host),
    ],
  };
}

function missingHere(): SignInProblem {
  return {
    found: msg('This host lacks certificates for TLS, or libvirt cannot read them.'),
    remedies: [
      {
        text: msg(
          'Put the certificate, its key and the certificate of the authority on this host, readable for root.',
        ),
      },
      {
        text: msg('Show which of the files exist.'),
        command: shellCommand(
          'ls',
          '-l',
          authority,
          clientCertificate,
          '/etc/pki/libvirt/private/clientkey.pem',
        ),
        host: 'source',
      },
    ],
  };
}

function untrusted(host: string): SignInProblem {
  return {
    found: msg('The certificate of $0 is not signed by an authority that this host trusts.', host),
    remedies: [
      {
        text: msg(
          'Add the certificate of the authority of $0 to this host, if you trust that authority.',
          host,
        ),
        command: `${shellCommand('ssh', '--', `root@${host}`, 'cat', authority)} >> ${authority}`,
        host: 'source',
      },
      showServerCertificate(host),
    ],
  };
}

function refusedThere(host: string): SignInProblem {
  return {
    found: msg(
      '$0 broke off the TLS connection: this host shows no certificate, or one that $0 does not accept.',
      host,
    ),
    remedies: [
      {
        text: msg(
          'Give this host a certificate of the authority that $0 trusts, and allow it there (tls_allowed_dn_list).',
          host,
        ),
      },
      showClientCertificate,
      {
        text: msg('Show what libvirt on $0 has logged.', host),
        command: 'journalctl -u libvirtd -u virtproxyd -n 20',
        host: 'destination',
      },
    ],
  };
}

/** Causes within TLS, from the messages of GnuTLS and libvirt and the server's certificate. */
export function tlsProblem(
  host: string,
  text: string,
  { certificate }: ServerIdentity,
): SignInProblem | undefined {
  if (
    /expired|not yet active|not been activated/i.test(text) ||
    (certificate !== undefined && certificate.validity !== 'valid')
  )
    return invalid(host, certificate);
  if (/does not match the host|owner does not match/i.test(text)) return otherName(host, certificate);
  if (/unable to (set|load)|cannot (read|stat|open)|\.pem'?: |does not exist/i.test(text))
    return missingHere();
  if (
    /not trusted|unknown issuer|known issuer|signature|hasn't got a known|certificate (is )?(invalid|revoked)|signer/i.test(
      text,
    )
  )
    return untrusted(host);
  if (/certificate|handshake|packet|reset by peer|TLS|End of file/i.test(text)) return refusedThere(host);
  return undefined;
}
