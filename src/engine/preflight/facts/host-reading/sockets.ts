// SPDX-License-Identifier: LGPL-2.1-or-later
import { canonicalAddress } from '../../judging/ip-address.ts';

/** States: listening in /proc/net/tcp; unconnected and connected in /proc/net/udp. */
export const listens = ['0A'];
export const datagrams = ['07', '01'];

/** An address of /proc/net/tcp: 32-bit words in the host's byte order, here little-endian. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  // An IPv4-mapped IPv6 address, as Java uses them (::ffff:127.0.0.1).
  if (/^0{20}ffff/i.test(bytes.join('')))
    return bytes
      .slice(12)
      .map((byte) => Number.parseInt(byte, 16))
      .join('.');
  const groups = Array.from({ length: 8 }, (_, at) => bytes.slice(2 * at, 2 * at + 2).join(''));
  return canonicalAddress(groups.join(':'));
}

/** Local ports in some of these states. */
export function parseSockets(
  text: string,
  states: readonly string[],
): ReadonlyMap<number, ReadonlySet<string>> {
  const ports = new Map<number, Set<string>>();
  for (const line of text.split('\n')) {
    const [, address, hexPort, its] =
      /^\s*\d+: ((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line) ?? [];
    if (address === undefined || hexPort === undefined || !states.includes(its ?? '')) continue;
    const port = Number.parseInt(hexPort, 16);
    ports.set(port, (ports.get(port) ?? new Set()).add(addressOf(address)));
  }
  return ports;
}

/** Paths in /proc/net/unix of sockets that accept connections (flag __SO_ACCEPTCON). */
export function parseListeners(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^\S+: \S+ \S+ 00010000 \S+ \S+ +\d+ ([^@].*)$/gm)].map(([, path]) =>
      (path ?? '').replace(/^\/var\/run\//, '/run/'),
    ),
  );
}
