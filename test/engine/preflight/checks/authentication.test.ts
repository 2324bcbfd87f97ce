// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { authenticationCheck } from '../../../../src/engine/preflight/checks/authentication.ts';
import type { ServerCertificate } from '../../../../src/engine/preflight/facts/server-identity.ts';
import { classifyError, LibvirtError } from '../../../../src/libvirt/errors.ts';
import { destination } from '../../fixtures.ts';
import { type CheckCase, testCheck, there } from '../../test-check.ts';

type Case = CheckCase<(typeof authenticationCheck)['needs'], (typeof authenticationCheck)['wants']>;

const connected = {
  kind: 'connected' as const,
  answers: new Map(),
  ask: () => Promise.resolve({ id: 'x', ok: true as const, text: '' }),
};

function refused(
  name: string,
  uri: string,
  message: string,
  found: RegExp,
  remedy: RegExp,
  certificate: { certificate?: ServerCertificate } = {},
): Case {
  const there_ = destination(uri);
  return {
    name,
    verdict: 'block',
    found,
    facts: {
      destination: there_,
      route: { host: 'beta', port: 22, indirect: false },
      libvirt: { kind: 'refused', error: new LibvirtError(classifyError(message), message) },
      shown: there({ hostKeys: ['SHA256:abc (ED25519)'], ...certificate }),
    },
    also: (finding) => {
      expect(finding).toMatchObject({ original: message });
      expect('remedies' in finding ? JSON.stringify(finding.remedies) : '').toMatch(remedy);
    },
  };
}

const ssh = 'qemu+ssh://beta/system';
const tls = 'qemu+tls://beta/system';
const tcp = 'qemu+tcp://beta/system';
const ended = (text: string): string => `Cannot recv data: ${text}: Connection reset by peer`;

testCheck(authenticationCheck, [
  {
    name: 'let in',
    facts: {
      destination: destination(),
      route: { host: 'beta', port: 22, indirect: false },
      libvirt: connected,
      shown: there({ hostKeys: [] }),
    },
    verdict: 'pass',
  },
  refused(
    'an unknown host key',
    ssh,
    ended('Host key verification failed.'),
    /host key of beta is not known to root/,
    /ssh -- root@beta true/,
  ),
  refused(
    'a changed host key',
    'qemu+ssh://beta:2222/system',
    ended('@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\r\nHost key verification failed.'),
    /another host key/,
    /ssh-keygen -R/,
  ),
  refused(
    'a refused key',
    ssh,
    ended('root@beta: Permission denied (publickey,password).'),
    /does not accept the ssh key/,
    /ssh-copy-id -- root@beta/,
  ),
  refused(
    'no netcat',
    ssh,
    ended('sh: 1: nc: not found'),
    /No libvirt is installed on beta/,
    /libvirt-daemon-system/,
  ),
  refused(
    'no daemon',
    ssh,
    "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
    /does not run/,
    /systemctl enable --now .*libvirtd\)\.socket/,
  ),
  refused(
    'a user who may not',
    'qemu+ssh://joe@beta/system',
    "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied",
    /may not use its libvirt/,
    /usermod -aG libvirt -- joe/,
  ),
  refused(
    'an expired certificate',
    tls,
    "Certificate failed validation: The certificate is not trusted.\nauthentication failed: Failed to verify peer's certificate",
    /has expired, on Jan {2}1/,
    /servercert/,
    {
      certificate: {
        validity: 'expired',
        notBefore: 'Jan  1 00:00:00 2020 GMT',
        notAfter: 'Jan  1 00:00:00 2021 GMT',
        names: 'DNS:beta',
      },
    },
  ),
  refused(
    'an expired certificate here',
    tls,
    'The client certificate /etc/pki/libvirt/clientcert.pem has expired',
    /expired or is not valid yet/,
    /clientcert/,
  ),
  refused(
    'another name',
    tls,
    'Certificate check failed Certificate [session] owner does not match the hostname beta',
    /another name than beta/,
    /certificate/,
  ),
  refused(
    'not trusted',
    tls,
    'Certificate failed validation: The certificate is not trusted.',
    /not signed by an authority/,
    /cacert/,
  ),
  refused(
    'no certificate here',
    tls,
    "Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory",
    /This host lacks certificates for TLS/,
    /clientcert/,
  ),
  refused(
    'our certificate refused',
    tls,
    'Unable to read TLS confirmation: Input/output error',
    /broke off the TLS/,
    /journalctl/,
  ),
  refused(
    'a password asked for',
    tcp,
    'authentication failed: Failed to start SASL negotiation: -4',
    /asks for a user/,
    /auth_/,
  ),
  refused('something else', tcp, 'internal error: strange', /could not connect/, /virsh -c/),
]);
