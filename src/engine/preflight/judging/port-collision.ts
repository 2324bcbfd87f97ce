// SPDX-License-Identifier: LGPL-2.1-or-later
import { canonicalAddress } from './ip-address.ts';

/**
 * True if a listener on one of these addresses prevents QEMU from using the same port on that address. A listener on [::] includes
 * IPv4. QEMU itself omits IPv4 if the port is used there (try_bind; seen with QEMU 7.2).
 */
export function portCollides(address: string, taken: ReadonlySet<string> | undefined): boolean {
  if (taken === undefined) return true;
  if (address === 'localhost') return portCollides('127.0.0.1', taken) || portCollides('::1', taken);
  const own = canonicalAddress(address);
  const ofV6 = own.includes(':');
  return [...taken].some((each) => {
    const other = canonicalAddress(each);
    if (other === '::') return true;
    if (other.includes(':') !== ofV6) return false;
    return own === '::' || own === '0.0.0.0' || other === '0.0.0.0' || other === own;
  });
}
