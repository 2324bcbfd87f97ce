// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, children, type XmlElement } from '../xml.ts';

/** QEMU's default ROM files (`romfile` in hw/display and hw/net), by libvirt's name of the model. */
const videoRoms: ReadonlyMap<string, string> = new Map([
  ['vga', 'vgabios-stdvga.bin'],
  ['bochs', 'vgabios-bochs-display.bin'],
  ['qxl', 'vgabios-qxl.bin'],
  ['virtio', 'vgabios-virtio.bin'],
  ['cirrus', 'vgabios-cirrus.bin'],
  ['vmvga', 'vgabios-vmware.bin'],
]);

/** The same of `<interface>`. */
const interfaceRoms: ReadonlyMap<string, string> = new Map([
  ['virtio', 'efi-virtio.rom'],
  ['virtio-transitional', 'efi-virtio.rom'],
  ['virtio-non-transitional', 'efi-virtio.rom'],
  ['e1000', 'efi-e1000.rom'],
  ['e1000e', 'efi-e1000e.rom'],
  ['rtl8139', 'efi-rtl8139.rom'],
  ['vmxnet3', 'efi-vmxnet3.rom'],
]);

/** The ROM files that the video devices and network interfaces load. */
export function romsOf(devices: XmlElement): readonly string[] {
  const video = children(devices, 'video').flatMap((element, index) => {
    const model = child(element, 'model');
    const type = attribute(model, 'type') ?? '';
    // As a secondary device, a virtio video device has no BIOS (virtio-gpu-pci).
    const without = type === 'virtio' && index > 0 && attribute(model, 'primary') !== 'yes';
    return without ? [] : [{ element, rom: videoRoms.get(type) }];
  });
  const interfaces = children(devices, 'interface')
    .filter((element) => attribute(element, 'type') !== 'hostdev')
    .map((element) => ({
      element,
      rom: interfaceRoms.get(attribute(child(element, 'model'), 'type') ?? ''),
    }));
  const roms = [...video, ...interfaces].flatMap(({ element, rom }) => {
    const own = child(element, 'rom');
    // Without a BAR, the ROM is passed in another way, with other sizes (rom_add_option).
    const other =
      attribute(own, 'file') !== undefined ||
      attribute(own, 'enabled') === 'no' ||
      attribute(own, 'bar') === 'off';
    return rom === undefined || other ? [] : [rom];
  });
  return [...new Set(roms)];
}
