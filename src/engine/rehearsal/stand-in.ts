// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  attribute,
  child,
  children,
  parseXml,
  serializeXml,
  textOf,
  type XmlElement,
  XmlError,
} from '../../libvirt/xml.ts';
import { type LeftOut, LeftOutList } from './left-out.ts';
import { type Mark, markElement } from './mark.ts';
import { standInDevices } from './stand-in-devices.ts';
import type { Relabelling } from './stand-in-disk.ts';
import { type RandomHex, randomHex, type StandInIdentity } from './stand-in-name.ts';
import { changeChildren, element, textElement, withoutAttributes, withoutChildren } from './xml-change.ts';

/** What is to be made. */
export interface StandInOrder {
  readonly identity: StandInIdentity;
  readonly mark: Mark;
  /** What libvirt would do to the owner or label of a file: it may not, to a device that all VMs have. */
  readonly relabelling: readonly Relabelling[];
  readonly random?: RandomHex;
}

/** A definition that stands for a VM's, and what it lacks. */
export interface StandIn {
  readonly xml: string;
  readonly leftOut: readonly LeftOut[];
}

/** What names the VM, belongs to programs of the host, or limits its use there. */
const ofTheVm = ['name', 'uuid', 'title', 'description', 'metadata', 'perf', 'throttlegroups', 'sysinfo'];

/**
 * The definition of a stand-in: all of the VM's virtual hardware as QEMU will see it, and nothing that is precious or exclusive. It is
 * never to run: no kernel is loaded, no memory touched.
 *
 * @param migratable What `virsh dumpxml --migratable` prints: the definition that libvirt sends to a destination.
 * @throws XmlError if that is not a definition.
 */
export function standInFor(migratable: string, order: StandInOrder): StandIn {
  const root = parseXml(migratable);
  const devices = child(root, 'devices');
  if (root.name !== 'domain' || devices === undefined) throw new XmlError('<domain> with <devices> expected');
  const { identity, mark, relabelling, random = randomHex } = order;
  const leftOut = new LeftOutList();
  const hasSpice = children(devices, 'graphics').some((each) => attribute(each, 'type') === 'spice');
  // The beginning that libvirt gives to its own.
  const newMac = (): string => ['52:54:00', random(2), random(2), random(2)].join(':');
  let domain = withoutAttributes(withoutChildren(root, ...ofTheVm), 'id');
  domain = withoutQemu(domain, leftOut);
  domain = withLittleMemory(withOrdinaryMemory(domain, leftOut), leftOut);
  domain = changeChildren(domain, 'os', (os) => standInOs(os, leftOut));
  domain = changeChildren(domain, 'cputune', (tune) => withoutChildren(tune, 'cachetune', 'memorytune'));
  domain = changeChildren(domain, 'launchSecurity', (each) => {
    leftOut.add('launch-security', attribute(each, 'type') ?? '');
    return undefined;
  });
  domain = changeChildren(domain, 'devices', (each) =>
    standInDevices(each, { leftOut, relabelling, hasSpice, newMac }),
  );
  const own = [
    textElement('name', identity.name),
    textElement('uuid', identity.uuid),
    element('metadata', {}, [markElement(mark)]),
  ];
  const inner = domain.children.filter(({ kind }) => kind === 'element');
  return {
    xml: serializeXml({ ...domain, children: [...own, ...inner] }),
    leftOut: leftOut.list,
  };
}

/** Its own variables, made from the template of the firmware; no kernel, and no table from a file. */
function standInOs(os: XmlElement, leftOut: LeftOutList): XmlElement {
  if (child(os, 'kernel') !== undefined) leftOut.add('kernel');
  const rest = withoutChildren(os, 'kernel', 'initrd', 'cmdline', 'dtb', 'shim', 'initarg', 'acpi', 'smbios');
  return changeChildren(rest, 'nvram', (nvram) => ({
    ...withoutAttributes(nvram, 'type'),
    children: [],
  }));
}

/** What libvirt hands to QEMU without knowing it may name anything of the host. */
function withoutQemu(domain: XmlElement, leftOut: LeftOutList): XmlElement {
  const own = domain.children.filter(
    (node) => node.kind === 'element' && node.name.startsWith('qemu:') && node.name !== 'qemu:capabilities',
  );
  if (own.length > 0) leftOut.add('qemu-commandline');
  return { ...domain, children: domain.children.filter((node) => !own.includes(node)) };
}

/** So much is enough for every firmware; QEMU reads all of it while the stand-in travels, 8 GiB in some seconds. In KiB. */
const mostMemory = 4 * 2 ** 20;

/** Memory that is split into nodes or modules stays as it is: QEMU numbers them in the state that it sends. */
function withLittleMemory(domain: XmlElement, leftOut: LeftOutList): XmlElement {
  const memory = child(domain, 'memory');
  const cpu = child(domain, 'cpu');
  const devices = child(domain, 'devices');
  const isSplit =
    child(domain, 'maxMemory') !== undefined ||
    (cpu !== undefined && child(cpu, 'numa') !== undefined) ||
    (devices !== undefined && child(devices, 'memory') !== undefined);
  // libvirt prints KiB, whatever the definition was written in.
  const isLarge =
    memory !== undefined && attribute(memory, 'unit') === 'KiB' && Number(textOf(memory)) > mostMemory;
  if (isSplit || !isLarge) return domain;
  leftOut.add('memory-size');
  const little = (each: XmlElement): XmlElement => ({
    ...each,
    children: [{ kind: 'text', text: String(mostMemory) }],
  });
  return changeChildren(changeChildren(domain, 'memory', little), 'currentMemory', little);
}

/** Anonymous memory that nobody touches takes no room: the kernel gives pages of zeros for what is only read. */
function withOrdinaryMemory(domain: XmlElement, leftOut: LeftOutList): XmlElement {
  const backing = child(domain, 'memoryBacking');
  const costly = ['hugepages', 'locked', 'source', 'access', 'allocation'].filter(
    (name) => backing !== undefined && child(backing, name) !== undefined,
  );
  for (const name of costly) leftOut.add('memory-backing', name);
  const rest = changeChildren(domain, 'memoryBacking', (each) => {
    const kept = withoutChildren(each, ...costly);
    return kept.children.some(({ kind }) => kind === 'element') ? kept : undefined;
  });
  return changeChildren(rest, 'cpu', (cpu) =>
    changeChildren(cpu, 'numa', (numa) =>
      changeChildren(numa, 'cell', (cell) => {
        if (attribute(cell, 'memAccess') !== undefined) leftOut.add('memory-backing', 'access');
        return withoutAttributes(cell, 'memAccess');
      }),
    ),
  );
}
