// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, type XmlElement } from '../../libvirt/xml.ts';
import type { LeftOutList } from './left-out.ts';
import { changeChildren, element, withoutAttributes, withoutChildren } from './xml-change.ts';

/** Kinds that the host can give to any number of VMs: a port of a bridge, of a network or of a network device, or a private one. */
const shared: readonly string[] = ['network', 'bridge', 'direct', 'user'];

/** Names on the host, programs of the admin, resources reserved for this VM, and state that the host keeps of it. */
const ofThisVm = ['mac', 'link', 'script', 'bandwidth', 'teaming', 'portForward', 'ip', 'route', 'backend'];

/**
 * The same model on the same bridge or network, with a MAC address of its own. Its link is down, so that QEMU announces nothing
 * when the stand-in arrives.
 */
export function standInInterface(
  device: XmlElement,
  { leftOut, newMac }: { readonly leftOut: LeftOutList; readonly newMac: () => string },
): XmlElement | undefined {
  const type = attribute(device, 'type') ?? '';
  const target = attribute(child(device, 'target'), 'managed');
  const ownTap = type === 'ethernet' && target !== 'no';
  if (!shared.includes(type) && !ownTap) {
    leftOut.add('interface', `${type} ${attribute(child(device, 'mac'), 'address') ?? ''}`.trim());
    return undefined;
  }
  let rest = withoutChildren(device, ...ofThisVm, 'target');
  rest = changeChildren(rest, 'source', (source) => withoutAttributes(source, 'portid'));
  rest = changeChildren(rest, 'virtualport', (port) =>
    // The port's identity in Open vSwitch or the switch belongs to the VM.
    changeChildren(port, 'parameters', (each) => withoutAttributes(each, 'interfaceid', 'instanceid')),
  );
  return {
    ...rest,
    children: [element('mac', { address: newMac() }), ...rest.children, element('link', { state: 'down' })],
  };
}
