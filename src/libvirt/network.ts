// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, children, parseXml, XmlError } from './xml.ts';

/** A libvirt network and its connection to the outside. */
export interface Network {
  /** `nat`, `route`, `open`, `bridge`, `private`, `vepa`, `passthrough`, `hostdev`; `isolated` without `<forward>`. */
  readonly mode: string;
  /** Addresses of the host in it, with mask or prefix after a slash. */
  readonly addresses: readonly string[];
  /** DHCP reservations, by MAC address in lower case. */
  readonly reserved: ReadonlyMap<string, string>;
}

/** Parses `virsh net-dumpxml`. Throws XmlError for anything else. */
export function parseNetwork(xml: string): Network {
  const network = parseXml(xml);
  if (network.name !== 'network') throw new XmlError('<network> expected');
  const forward = child(network, 'forward');
  const ips = children(network, 'ip');
  const hosts = ips.flatMap((ip) => {
    const dhcp = child(ip, 'dhcp');
    return dhcp === undefined ? [] : children(dhcp, 'host');
  });
  return {
    mode: forward === undefined ? 'isolated' : (attribute(forward, 'mode') ?? 'nat'),
    addresses: ips.map(
      (ip) =>
        `${attribute(ip, 'address') ?? ''}/${attribute(ip, 'prefix') ?? attribute(ip, 'netmask') ?? ''}`,
    ),
    reserved: new Map(
      hosts.flatMap((host) => {
        const [mac, ip] = [attribute(host, 'mac'), attribute(host, 'ip')];
        return mac === undefined || ip === undefined ? [] : [[mac.toLowerCase(), ip] as const];
      }),
    ),
  };
}
