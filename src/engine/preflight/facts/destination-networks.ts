// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VirshAnswer } from '../../../libvirt/virsh.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { type DestinationLibvirt, destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { domainFact } from './domain.ts';
import { networkNeeds } from './named-resources.ts';

/** What the destination's libvirt has for network interfaces. Parts that no interface of the VM needs are not queried. */
export interface DestinationNetworks {
  /** Networks by name, and whether they are active. */
  readonly networks?: ReadonlyMap<string, { readonly active: boolean }>;
  /** Names of network devices in libvirt's own spelling, for example `net_br0_52_54_00_01_38_b5`. */
  readonly devices?: readonly string[];
  /** Names of network filters. */
  readonly filters?: readonly string[];
}

/** True if the output of `virsh nodedev-list --cap net` has a device with that name. */
export function hasNetworkDevice(devices: readonly string[], name: string): boolean {
  // libvirt replaces everything except letters and digits by underscores, and appends the device's address.
  const spelled = name.replace(/[^a-zA-Z0-9_]/g, '_');
  return devices.some(
    (device) =>
      device.startsWith(`net_${spelled}_`) && /^(_[0-9a-f]{2}){6,}$/.test(device.slice(4 + spelled.length)),
  );
}

function lines(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** The second column of `virsh nwfilter-list`: a UUID, spaces, the name. */
export function parseFilters(text: string): readonly string[] {
  return lines(text).flatMap((line) => {
    const name = /^[0-9a-f]{8}-[0-9a-f-]{27}\s+(.+)$/i.exec(line)?.[1];
    return name === undefined ? [] : [name];
  });
}

async function textOf(libvirt: DestinationLibvirt, id: string): Promise<string> {
  const answer: VirshAnswer = await destinationAnswer(libvirt, id);
  if (answer.ok) return answer.text;
  throw new FactUnavailable({
    why: msg('The destination did not list its networks.'),
    original: answer.error,
  });
}

async function networksOf(libvirt: DestinationLibvirt): Promise<DestinationNetworks['networks']> {
  const [all, active] = await Promise.all([textOf(libvirt, 'networks'), textOf(libvirt, 'networks-active')]);
  const running = new Set(lines(active));
  return new Map(lines(all).map((name) => [name, { active: running.has(name) }]));
}

/** What the destination has of networks. */
export const destinationNetworksFact = defineFact<
  DestinationNetworks,
  { libvirt: typeof destinationLibvirtFact; domain: typeof domainFact }
>({
  name: 'destination-networks',
  needs: { libvirt: destinationLibvirtFact, domain: domainFact },
  gather: async ({ libvirt, domain }) => {
    const needs = networkNeeds(domain.config);
    const [networks, devices, filters] = await Promise.all([
      needs.networks ? networksOf(libvirt) : undefined,
      needs.devices ? textOf(libvirt, 'network-devices').then(lines) : undefined,
      needs.filters ? textOf(libvirt, 'filters').then(parseFilters) : undefined,
    ]);
    return {
      ...(networks === undefined ? {} : { networks }),
      ...(devices === undefined ? {} : { devices }),
      ...(filters === undefined ? {} : { filters }),
    };
  },
});
