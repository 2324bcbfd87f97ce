// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, type XmlElement } from '../../libvirt/xml.ts';
import type { LeftOutList } from './left-out.ts';
import { withAttributes, withoutAttributes, withoutChildren } from './xml-change.ts';

interface Context {
  readonly leftOut: LeftOutList;
  readonly hasSpice: boolean;
}

/** What connects a character device to the host. */
const hostEnd = ['source', 'protocol', 'log', 'reconnect', 'acl'];

/** The device without a connection: QEMU reads nothing and discards what is written. */
function leadsNowhere(device: XmlElement): XmlElement {
  return withAttributes(withoutAttributes(withoutChildren(device, ...hostEnd), 'tty'), { type: 'null' });
}

function nameOf(device: XmlElement): string {
  const target = child(device, 'target');
  const name = attribute(target, 'name') ?? attribute(target, 'port');
  return name === undefined ? device.name : `${device.name} ${name}`;
}

export function standInCharacterDevice(device: XmlElement, { leftOut }: Context): XmlElement {
  // `pty` and `null` have nothing to leave out.
  const type = attribute(device, 'type');
  if (type !== 'pty' && type !== 'null') leftOut.add('character-device', nameOf(device));
  return leadsNowhere(device);
}

/** libvirt gives a path of its own to a socket without one, such as the guest agent's. */
export function standInChannel(device: XmlElement, { leftOut, hasSpice }: Context): XmlElement | undefined {
  const type = attribute(device, 'type');
  const target = attribute(child(device, 'target'), 'type');
  if (target === 'guestfwd') {
    leftOut.add('character-device', nameOf(device));
    return undefined;
  }
  if (type === 'unix' && target === 'virtio') return withoutChildren(device, ...hostEnd);
  if ((type === 'spicevmc' || type === 'spiceport') && hasSpice) return device;
  if (type === 'qemu-vdagent') return device;
  if (type !== 'pty' && type !== 'null') leftOut.add('character-device', nameOf(device));
  return leadsNowhere(device);
}
