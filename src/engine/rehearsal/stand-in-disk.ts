// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, type XmlElement } from '../../libvirt/xml.ts';
import type { LeftOutList } from './left-out.ts';
import { element, withoutAttributes, withoutChildren } from './xml-change.ts';

/** libvirt's security models that change a VM's files: the owner (dac), and the SELinux label. */
export type Relabelling = 'dac' | 'selinux';

/**
 * A device that every Linux has, that libvirt gives to every VM, and that QEMU accepts as a disk of size 0. So nothing has to be
 * created or removed on a host, and it works with every transport. Not /dev/null, because QEMU tries to lock that, and libvirt
 * allows only reading of a read-only disk.
 */
const noContent = '/dev/full';

/** Elements about the content, or about how the host accesses it. */
const ofTheContent = [
  ...['auth', 'source', 'backingStore', 'backenddomain', 'mirror', 'iotune', 'throttlefilters'],
  ...['readonly', 'shareable', 'transient', 'encryption', 'driver', 'geometry'],
];

/** The attributes of `<driver>` that the guest sees. */
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
 * The same device without content. QEMU has state for each virtio, SCSI and USB disk. For IDE and SATA, the state belongs to the
 * controller, whatever the drive, and a hard disk cannot be read-only. So an empty drive replaces it.
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
