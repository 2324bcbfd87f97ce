// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';

/** Which queries about the destination's networks a VM's definition requires. */
export function networkNeeds({ devices: { interfaces, graphics } }: Pick<DomainConfig, 'devices'>): {
  readonly networks: boolean;
  readonly devices: boolean;
  readonly filters: boolean;
} {
  return {
    networks:
      interfaces.some(({ network }) => network !== undefined) ||
      graphics.some(({ listens }) => listens.some(({ type }) => type === 'network')),
    devices: interfaces.some(
      ({ type, network, managedTarget, unmanagedTarget }) =>
        managedTarget !== undefined ||
        unmanagedTarget !== undefined ||
        (network === undefined && (type === 'bridge' || type === 'direct')),
    ),
    filters: interfaces.some(({ filter }) => filter !== undefined),
  };
}

/** Names of libvirt's networks to which the VM's interfaces connect, without duplicates. */
export function networksOf({ devices }: Pick<DomainConfig, 'devices'>): readonly string[] {
  return [...new Set(devices.interfaces.flatMap(({ network }) => network ?? []))];
}

/** UUIDs or usages of the secrets that a VM's disks and TPM need. */
export function secretsNeeded({
  disks,
  devices,
}: Pick<DomainConfig, 'disks' | 'devices'>): readonly string[] {
  return [
    ...disks.flatMap(({ secrets }) => secrets),
    ...devices.tpms.flatMap(({ secret }) => (secret === undefined ? [] : [secret])),
  ];
}
