// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError, type LibvirtReason } from '../../libvirt/errors.ts';
import { type Message, msg } from '../base/index.ts';
import type { RunFacts } from './run-state.ts';

/** Errors that libvirt reports before it creates anything on the destination. */
const beforeAnyImage: ReadonlySet<LibvirtReason> = new Set<LibvirtReason>([
  ...(['host-key', 'auth-refused', 'auth-tls-untrusted', 'auth-tls-expired', 'auth-tls-name'] as const),
  ...(['connection-refused', 'connection-timeout', 'unresolved', 'access-denied', 'same-host'] as const),
  ...(['unsafe-migration', 'no-shared-storage', 'no-pool', 'no-space', 'no-such-domain', 'busy'] as const),
]);

/**
 * libvirt 9.0 creates the images of copied disks before the job reports anything, and leaves them if the migration does not finish.
 */
export function leftBehind(
  { copyDisks, jobSeen }: RunFacts,
  error?: unknown,
): { readonly leftBehind?: Message } {
  const early = error instanceof LibvirtError && beforeAnyImage.has(error.reason);
  return copyDisks.length === 0 || (early && !jobSeen)
    ? {}
    : {
        leftBehind: msg(
          'Unfinished disk images may be left on the destination: $0. The next migration checks and overwrites them.',
          copyDisks.join(', '),
        ),
      };
}
