// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainGraphics } from '../../../libvirt/domain-devices.ts';
import { confText } from '../../../libvirt/vir-conf.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { isAddress, isHostLocalAddress } from './ip-address.ts';
import { portCollides } from './port-collision.ts';

/** The addresses of a graphics device. If the definition has none, it comes from the destination's qemu.conf. */
export function addressesOf(
  { type, listens }: DomainGraphics,
  settings: HostReading['settings'],
): { readonly own: readonly string[]; readonly configured: readonly string[] } {
  const own = listens.flatMap(({ address }) => (address === undefined ? [] : [address]));
  const open =
    listens.length === 0 ||
    listens.some((listen) => listen.type === 'address' && listen.address === undefined);
  const configured = open ? confText(settings, `${type}_listen`) : undefined;
  return { own, configured: configured === undefined ? [] : [configured] };
}

/** Ports in use on the destination: on an address that the VM needs (`same`), or on another one. */
export function takenPorts(
  device: DomainGraphics,
  there: HostReading,
): readonly { readonly port: number; readonly same: boolean }[] {
  const { listens, port, websocket } = device;
  const { own, configured } = addressesOf(device, there.settings);
  // The default address is 127.0.0.1. The address of a network or a name is not known here.
  const known = [...own, ...configured];
  const certain = known.every((address) => address === 'localhost' || isAddress(address));
  const unknown = !certain || listens.some(({ network }) => network !== undefined);
  const addresses = known.length > 0 || unknown ? known : ['127.0.0.1'];
  return [port, websocket]
    .filter((each) => each !== undefined)
    .filter((each) => there.listening.has(each))
    .map((each) => ({
      port: each,
      same: unknown || addresses.some((address) => portCollides(address, there.listeningOn?.get(each))),
    }));
}

/** Does it depend on the destination whether the graphics can be shown there? */
export function isBound({ listens, port, websocket, needsTls = false }: DomainGraphics): boolean {
  return (
    port !== undefined ||
    websocket !== undefined ||
    needsTls ||
    listens.some(
      ({ address, network }) =>
        network !== undefined || (address !== undefined && !isHostLocalAddress(address)),
    )
  );
}
