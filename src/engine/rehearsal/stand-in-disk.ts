// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, type XmlElement } from '../../libvirt/xml.ts';
import type { LeftOutList } from './left-out.ts';
import { element, withoutAttributes, withoutChildren } from './xml-change.ts';

/** libvirt's models of what it does to a file that a VM gets: the owner, and the label of SELinux. */
export type Relabelling = 'dac' | 'selinux';

/**
 * A device that every Linux has, that libvirt gives to every VM, and that QEMU takes for a disk of no size: nothing has to be made on
 * either host or removed, and it goes over every transport. Not /dev/null, since QEMU itself tries locks on that: libvirt gives a disk
 * that is read-only the right to read alone.
 */
const noContent = '/dev/full';

/** What belongs to the content, or to the host's ways to it. */
const ofTheContent = [
  ...['auth', 'source', 'backingStore', 'backenddomain', 'mirror', 'iotune', 'throttlefilters'],
  ...['readonly', 'shareable', 'transient', 'encryption', 'driver', 'geometry'],
];

/** Of `<driver>`, what the guest sees of it. */
const driverOfTheDevice = ['queues', 'queue_size', 'iothread', 'iommu', 'ats', 'packed', 'page_per_vq'];

function driverOf(disk: XmlElement): XmlElement {
  const driver = child(disk, 'driver');
  const kept = Object.fromEntries(
    driverOfTheDevice.flatMap((name) => {
      const value = attribute(driver, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const iothreads = driver === undefined ? undefined : child(driver, 'iothreads');
  return element(
    'driver',
    { name: 'qemu', type: 'raw', ...kept },
    iothreads === undefined ? [] : [iothreads],
  );
}

function emptyDrive(disk: XmlElement, device: string): XmlElement {
  const rest = withoutChildren(disk, ...ofTheContent);
  return { ...rest, attributes: { type: 'file', device } };
}

/**
 * The same device without content. QEMU keeps state for each virtio, SCSI and USB disk. That of IDE and SATA belongs to the controller,
 * whichever drive is there, and a hard disk could not be read-only: so an empty drive stands for it.
 */
export function standInDisk(
  disk: XmlElement,
  relabelling: readonly Relabelling[],
  leftOut: LeftOutList,
): XmlElement | undefined {
  const device = attribute(disk, 'device') ?? 'disk';
  const target = attribute(child(disk, 'target'), 'dev') ?? '';
  const bus = attribute(child(disk, 'target'), 'bus') ?? '';
  if (device === 'cdrom' || device === 'floppy') {
    const drive = emptyDrive(disk, device);
    return { ...drive, children: [...drive.children, ...(device === 'cdrom' ? [element('readonly')] : [])] };
  }
  if (attribute(disk, 'type') === 'vhostuser' || bus === 'sd' || bus === 'nvme') {
    leftOut.add('disk', target);
    return undefined;
  }
  if (bus === 'ide' || bus === 'sata') {
    leftOut.add('disk-as-drive', target);
    return withoutChildren(emptyDrive(disk, 'cdrom'), 'wwn', 'blockio');
  }
  leftOut.add('disk-content', target);
  const rest = withoutAttributes(withoutChildren(disk, ...ofTheContent), 'rawio', 'sgio', 'snapshot');
  const labels = relabelling.map((model) => element('seclabel', { model, relabel: 'no' }));
  return {
    ...rest,
    attributes: { ...rest.attributes, type: 'block', device: 'disk' },
    children: [
      driverOf(disk),
      element('source', { dev: noContent }, labels),
      ...rest.children,
      element('readonly'),
    ],
  };
}
