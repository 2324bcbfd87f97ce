// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { classifyError, LibvirtError, libvirtErrorOf } from '../../src/libvirt/errors.ts';
import { PlatformError, type PlatformErrorKind } from '../../src/platform/platform.ts';

const overSsh = (text: string): string => `Cannot recv data: ${text}: Connection reset by peer`;

/** Texts of libvirt 9.0, OpenSSH 9.2 and the C library, as printed or from their sources. */
const texts: readonly (readonly [string, string])[] = [
  ['Unsafe migration: Migration without shared storage is unsafe', 'no-shared-storage'],
  [
    'Unsafe migration: Migration may lead to data corruption if disks use cache other than none or directsync',
    'unsafe-migration',
  ],
  [overSsh('Host key verification failed.'), 'host-key'],
  [overSsh('Permission denied (publickey,password).'), 'auth-refused'],
  [overSsh('root@beta: Permission denied (publickey,gssapi-keyex,password).'), 'auth-refused'],
  [overSsh('Received disconnect from 10.0.0.2 port 22:2: Too many authentication failures'), 'auth-refused'],
  [overSsh('ssh: connect to host beta port 22: Connection refused'), 'connection-refused'],
  [overSsh('ssh: connect to host beta port 22: Connection timed out'), 'connection-timeout'],
  [overSsh('ssh: connect to host beta port 22: No route to host'), 'connection-timeout'],
  [overSsh('ssh: Could not resolve hostname nosuch: Name or service not known'), 'unresolved'],
  ["unable to connect to server at 'beta:16509': Connection refused", 'connection-refused'],
  ["unable to connect to server at 'beta:49152': No route to host", 'connection-timeout'],
  ["unable to connect to server at 'nosuch:16509': Name or service not known", 'unresolved'],
  ["Unable to resolve address 'nosuch' service '16514': Temporary failure in name resolution", 'unresolved'],
  ['The certificate is not trusted.', 'auth-tls-untrusted'],
  ["The certificate hasn't got a known issuer.", 'auth-tls-untrusted'],
  ['The certificate has been revoked.', 'auth-tls-untrusted'],
  ['The certificate uses an insecure algorithm', 'auth-tls-untrusted'],
  [
    "Our own certificate /etc/pki/libvirt/clientcert.pem failed validation against /etc/pki/CA/cacert.pem: The certificate hasn't got a known issuer.",
    'auth-tls-untrusted',
  ],
  ["authentication failed: Failed to verify peer's certificate", 'auth-tls-untrusted'],
  ['The server certificate /etc/pki/libvirt/servercert.pem has expired', 'auth-tls-expired'],
  ['The client certificate /etc/pki/libvirt/clientcert.pem is not yet active', 'auth-tls-expired'],
  ['Certificate [session] owner does not match the hostname beta', 'auth-tls-name'],
  ['authentication failed: access denied by policy', 'access-denied'],
  ['authentication unavailable: no polkit agent available to authenticate action', 'access-denied'],
  ["access denied: 'QEMU' denied access", 'access-denied'],
  [
    "operation failed: domain 'web' already exists with uuid 8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d",
    'domain-exists',
  ],
  ["Requested operation is not valid: domain 'web' is already active", 'domain-exists'],
  ["Requested operation is not valid: domain is already active as 'web'", 'domain-exists'],
  [
    "operation failed: guest CPU doesn't match specification: missing features: avx512f,pku",
    'cpu-incompatible',
  ],
  [
    'the CPU is incompatible with host CPU: Host CPU does not provide required features: avx512f',
    'cpu-incompatible',
  ],
  ['operation aborted: migration out job: canceled by client', 'operation-aborted'],
  [
    "Domain not found: no domain with matching uuid '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d' (web)",
    'no-such-domain',
  ],
  ["failed to get domain 'web'", 'no-such-domain'],
  [
    'Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchDomainMigratePerform3Params)',
    'busy',
  ],
  ["operation failed: another migration job is already running for domain 'web'", 'busy'],
  ["Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory", 'daemon-down'],
  ["Failed to connect socket to '/var/run/libvirt/libvirt-sock': Connection refused", 'daemon-down'],
  ['internal error: client socket is closed', 'daemon-down'],
  ['End of file while reading data: Input/output error', 'daemon-down'],
  ['End of file while reading data: : Input/output error', 'tunnel-ended'],
  [
    'End of file while reading data: Connection to beta closed by remote host.: Input/output error',
    'tunnel-ended',
  ],
  ['Cannot recv data: Connection reset by peer', 'tunnel-ended'],
  ['Cannot recv data: Host key verification failed.: Connection reset by peer', 'host-key'],
  ['End of file while reading data: Host key verification failed.: Input/output error', 'host-key'],
  ["Cannot access storage file '/srv/web.qcow2': No such file or directory", 'file-missing'],
  ['internal error: Attempt to migrate guest to the same host 03aa02fc', 'same-host'],
  // Another object of that name already exists. Texts about VMs would be wrong for it.
  ["operation failed: network 'default' already exists", 'other'],
  ['Device vnet3 already exists', 'other'],
  ['Erreur interne : une erreur', 'other'],
  ['', 'other'],
];

describe('the reason of a text', () => {
  for (const [text, reason] of texts)
    it(`${reason}: ${text.slice(0, 90)}`, () => {
      expect(classifyError(text)).toBe(reason);
    });
});

describe('any error as an error of this layer', () => {
  it('also converts values that are not errors or have no text', () => {
    const odd: unknown = Object.create(null);
    expect(libvirtErrorOf(odd)).toMatchObject({ reason: 'other', cause: odd });
  });

  it('keeps the text, and the error as its cause', () => {
    const platform = new PlatformError('dbus', 'Domain not found: x', { errorName: 'org.libvirt.Error' });
    expect(libvirtErrorOf(platform)).toMatchObject({
      name: 'LibvirtError',
      reason: 'no-such-domain',
      message: 'Domain not found: x',
      cause: platform,
    });
    const own = new LibvirtError('busy', 'x');
    expect(libvirtErrorOf(own)).toBe(own);
    expect(libvirtErrorOf('odd')).toMatchObject({ reason: 'other', message: 'odd', cause: 'odd' });
  });

  it('keeps the platform’s kinds, and uses the text only if they say nothing', () => {
    const reasons: Readonly<Record<PlatformErrorKind, string>> = {
      dbus: 'host-key',
      failed: 'host-key',
      'not-found': 'host-key',
      closed: 'closed',
      cancelled: 'cancelled',
      'access-denied': 'access-denied',
      protocol: 'protocol',
    };
    for (const [kind, reason] of Object.entries(reasons)) {
      const error = new PlatformError(kind as PlatformErrorKind, 'Host key verification failed.');
      expect(libvirtErrorOf(error).reason).toBe(reason);
    }
  });
});
