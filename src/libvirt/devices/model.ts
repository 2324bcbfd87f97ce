// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, children, textOf, type XmlElement } from '../xml.ts';

/** A device that QEMU may have been built or packaged without. */
export interface DomainModel {
  /** libvirt's element, in the definition and in `virsh domcapabilities`. */
  readonly device: 'graphics' | 'video' | 'tpm' | 'redirdev';
  readonly model: string;
}

/** The models of such devices in a definition, without duplicates. */
export function modelsOf(devices: XmlElement): readonly DomainModel[] {
  const of = (
    device: DomainModel['device'],
    read: (element: XmlElement) => string | undefined,
  ): DomainModel[] =>
    children(devices, device).flatMap((element) => {
      const model = read(element);
      return model === undefined ? [] : [{ device, model }];
    });
  const all = [
    ...of('graphics', (element) => attribute(element, 'type')),
    ...of('video', (element) => attribute(child(element, 'model'), 'type')),
    ...of('tpm', (element) => attribute(element, 'model')),
    ...of('redirdev', (element) => attribute(element, 'bus')),
  ];
  return [...new Map(all.map((one) => [`${one.device} ${one.model}`, one])).values()];
}

/** In `<domainCapabilities>`, where the models of a device are listed. */
const lists: readonly (readonly [DomainModel['device'], string])[] = [
  ['graphics', 'type'],
  ['video', 'modelType'],
  ['tpm', 'model'],
  ['redirdev', 'bus'],
];

/** The models that a host's QEMU has. Devices that this libvirt does not report are omitted. */
export function offeredModels(
  capabilities: XmlElement,
): ReadonlyMap<DomainModel['device'], ReadonlySet<string>> {
  const offered = new Map<DomainModel['device'], ReadonlySet<string>>();
  for (const [device, name] of lists) {
    const element = child(capabilities, 'devices', device);
    const list =
      element === undefined
        ? undefined
        : children(element, 'enum').find((one) => attribute(one, 'name') === name);
    if (list !== undefined)
      offered.set(device, new Set(children(list, 'value').map((value) => textOf(value).trim())));
    else if (attribute(element, 'supported') === 'no') offered.set(device, new Set());
  }
  return offered;
}
