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

/** The stand-in to create. */
export interface StandInOrder {
  readonly identity: StandInIdentity;
  readonly mark: Mark;
  /** How libvirt changes the owner or label of files. It must not change those of a device that all VMs use. */
  readonly relabelling: readonly Relabelling[];
  readonly random?: RandomHex;
}

/** The definition of a stand-in, and what it lacks. */
export interface StandIn {
  readonly xml: string;
  readonly leftOut: readonly LeftOut[];
}

/** Elements that identify the VM, belong to programs of the host, or limit resources there. */
const ofTheVm = ['name', 'uuid', 'title', 'description', 'metadata', 'perf', 'throttlegroups', 'sysinfo'];

/**
 * The definition of a stand-in: all of the VM's virtual hardware as QEMU sees it, without data and exclusive resources. It never
 * runs: no kernel is loaded and no memory is touched.
 *
 * @param migratable What `virsh dumpxml --migratable` prints: the definition that libvirt sends to a destination.
 * @throws XmlError if it is not a definition.
 */
export function standInFor(migratable: string, order: StandInOrder): StandIn {
  const root = parseXml(migratable);
  const devices = child(root, 'devices');
  if (root.name !== 'domain' || devices === undefined) throw new XmlError('<domain> with <devices> expected');
  const { identity, mark, relabelling, random = randomHex } = order;
  const leftOut = new LeftOutList();
  const hasSpice = children(devices, 'graphics').some((each) => attribute(each, 'type') === 'spice');
  // The prefix of MAC addresses that libvirt generates.
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

/** Variables of its own, from the template of the firmware; no kernel, and no table from a file. */
function standInOs(os: XmlElement, leftOut: LeftOutList): XmlElement {
  if (child(os, 'kernel') !== undefined) leftOut.add('kernel');
  const rest = withoutChildren(os, 'kernel', 'initrd', 'cmdline', 'dtb', 'shim', 'initarg', 'acpi', 'smbios');
  return changeChildren(rest, 'nvram', (nvram) => ({
    ...withoutAttributes(nvram, 'type'),
    children: [],
  }));
}

/** What libvirt passes to QEMU without interpreting it could name anything of the host. */
function withoutQemu(domain: XmlElement, leftOut: LeftOutList): XmlElement {
  const own = domain.children.filter(
    (node) => node.kind === 'element' && node.name.startsWith('qemu:') && node.name !== 'qemu:capabilities',
  );
  if (own.length > 0) leftOut.add('qemu-commandline');
  return { ...domain, children: domain.children.filter((node) => !own.includes(node)) };
}

/** In KiB. This suffices for every firmware. QEMU reads all of the memory during the rehearsal, 8 GiB in some seconds. */
const mostMemory = 4 * 2 ** 20;

/** Memory in nodes or modules is not changed: QEMU numbers them in the state that it sends. */
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

/** Anonymous memory that is not written takes no space: the kernel maps the zero page for reads. */
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
