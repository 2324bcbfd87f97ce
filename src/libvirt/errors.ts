// SPDX-License-Identifier: LGPL-2.1-or-later
import { PlatformError } from '../platform/platform.ts';

/** The reason for an error of libvirt. libvirt-dbus gives no codes, so the text decides. Unknown ones are `other`. */
export type LibvirtReason =
  | 'unsafe-migration'
  | 'no-shared-storage'
  | 'host-key'
  | 'auth-refused'
  | 'auth-tls-untrusted'
  | 'auth-tls-expired'
  | 'auth-tls-name'
  | 'connection-refused'
  | 'connection-timeout'
  | 'unresolved'
  | 'domain-exists'
  | 'cpu-incompatible'
  | 'operation-aborted'
  | 'no-such-domain'
  | 'access-denied'
  | 'daemon-down'
  | 'tunnel-ended'
  | 'closed'
  | 'busy'
  | 'file-missing'
  | 'no-pool'
  | 'no-space'
  | 'image-size'
  | 'same-host'
  | 'cancelled'
  | 'protocol'
  | 'other';

/** English texts of libvirt 9.0, ssh and GnuTLS. The first match decides, so the specific ones come first. */
const texts: readonly (readonly [RegExp, LibvirtReason])[] = [
  [/Host key verification failed|No matching host key|REMOTE HOST IDENTIFICATION HAS CHANGED/i, 'host-key'],
  [
    /Permission denied \((publickey|password|keyboard|gssapi)|Too many authentication failures/i,
    'auth-refused',
  ],
  [
    /certificate.*(not trusted|known issuer|unknown issuer|insecure algorithm|revoked)|verify peer's certificate/i,
    'auth-tls-untrusted',
  ],
  [/certificate.*(expired|not yet activ)/i, 'auth-tls-expired'],
  [/certificate.*(does not match|owner)/i, 'auth-tls-name'],
  [/Migration without shared storage is unsafe/i, 'no-shared-storage'],
  [/^Unsafe migration|Unsafe migration:/i, 'unsafe-migration'],
  [/Attempt to migrate guest to the same host/i, 'same-host'],
  [/already exists with uuid|domain ('.*' )?is already (active|defined)/i, 'domain-exists'],
  [
    /CPU is incompatible|guest CPU doesn't match|Host CPU does not provide|guest and host CPU are not compatible/i,
    'cpu-incompatible',
  ],
  [/canceled by client|operation aborted/i, 'operation-aborted'],
  [/Domain not found|failed to get domain|no domain with matching/i, 'no-such-domain'],
  [/cannot acquire state change lock|another migration job|another job is active/i, 'busy'],
  [
    /unable to resolve|Name or service not known|Could not resolve hostname|Temporary failure in name resolution/i,
    'unresolved',
  ],
  [/No route to host|timed? ?out|Network is unreachable/i, 'connection-timeout'],
  [/Failed to connect socket to '[^']*'/i, 'daemon-down'],
  [/Connection refused/i, 'connection-refused'],
  [/authentication (failed|unavailable|cancelled)|access denied|Permission denied/i, 'access-denied'],
  // libvirt puts ssh's output before the last colon, often nothing. It reports this when it closes the tunnel after a failed or
  // cancelled job, and often instead of the job's own error (9.0, in most attempts).
  [/End of file while reading data: .*: Input\/output error|Cannot recv data: /i, 'tunnel-ended'],
  [
    /client socket is closed|Disconnected from|End of file while reading|libvirt(d)? .*connection.*(closed|lost)/i,
    'daemon-down',
  ],
  [/no storage pool with matching/i, 'no-pool'],
  [/No space left on device/i, 'no-space'],
  [/Source and target image have different sizes/i, 'image-size'],
  [/No such file or directory|Cannot access storage file/i, 'file-missing'],
];

/** The beginning and end of a text: these contain the reason, and the patterns stay fast. */
export function endsOf(text: string): string {
  const most = 1000;
  return text.length <= 2 * most ? text : `${text.slice(0, most)}\n${text.slice(-most)}`;
}

/** The reason in a text of libvirt. Translated texts and those of unknown versions give `other`. */
export function classifyError(text: string): LibvirtReason {
  const ends = endsOf(text);
  return texts.find(([pattern]) => pattern.test(ends))?.[1] ?? 'other';
}

/** The only error of this layer; `message` is the original text. */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError';
  readonly reason: LibvirtReason;

  constructor(reason: LibvirtReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/** Converts any error to a LibvirtError, with the error as its cause. */
export function libvirtErrorOf(error: unknown): LibvirtError {
  if (error instanceof LibvirtError) return error;
  const text =
    error instanceof Error ? error.message : typeof error === 'string' ? error : 'Not an error was raised';
  if (!(error instanceof PlatformError)) return new LibvirtError('other', text, error);
  switch (error.kind) {
    case 'closed':
      return new LibvirtError('closed', text, error);
    case 'cancelled':
      return new LibvirtError('cancelled', text, error);
    case 'access-denied':
      return new LibvirtError('access-denied', text, error);
    case 'protocol':
      return new LibvirtError('protocol', text, error);
    case 'dbus':
    case 'not-found':
    case 'failed':
      return new LibvirtError(classifyError(text), text, error);
  }
}
