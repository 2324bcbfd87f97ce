// SPDX-License-Identifier: LGPL-2.1-or-later
import ipaddr from 'ipaddr.js';

/**
 * Parses an address, without its zone (RFC 4007: `%eth0` names the interface, not the address). An IPv4-mapped address
 * (`::ffff:192.0.2.1`) becomes IPv4, where the kernel puts its socket.
 */
function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // ipaddr.js also reads octal and shortened IPv4 (`010.1`), which neither libvirt nor QEMU prints.
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  const bare = text.replace(/%[^%]*$/, '');
  if (!bare.includes(':') || !ipaddr.IPv6.isValid(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/**
 * The canonical form of an address, for comparing: the shortest one (RFC 5952), as the kernel and `ip` print it. Other text is not
 * changed.
 */
export function canonicalAddress(text: string): string {
  return addressOf(text)?.toString() ?? text;
}

/** True for text that has the form of an address, not of a name. Nothing resolves `999.0.0.1` either. */
export function isAddress(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || text.includes(':');
}

/** True for the wildcard address. */
export function isWildcardAddress(address: string): boolean {
  // Not by the range "unspecified", which is 0.0.0.0/8 of IPv4.
  return ['0.0.0.0', '::'].includes(canonicalAddress(address));
}

/** True for loopback. */
export function isHostLocalAddress(host: string): boolean {
  return host === 'localhost' || isWildcardAddress(host) || isLoopback(host);
}

/** True for an address that leads only to the host itself, which every host has. */
export function isLoopback(address: string): boolean {
  return addressOf(address)?.range() === 'loopback';
}
