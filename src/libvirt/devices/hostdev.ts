// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, type XmlElement } from '../xml.ts';

/** A device of the host that is passed through to the VM. */
export interface DomainHostdev {
  /** `pci`, `usb`, `scsi`, `scsi_host`, `mdev`; `capabilities` is only for containers. */
  readonly type: string;
  /** What identifies it on the host, for example `0000:03:00.0` or `046d:c52b`. */
  readonly address: string;
  readonly failover: boolean;
  /** If the destination lacks it, libvirt removes it from the VM instead of failing. */
  readonly optional?: true;
}

/** Hexadecimal digits of an attribute such as `0x0a`, in the kernel's width. */
function hex(element: XmlElement | undefined, name: string, digits: number): string {
  const value = Number(attribute(element, name) ?? '0');
  return (Number.isFinite(value) ? value : 0).toString(16).padStart(digits, '0');
}

/** Parses `<hostdev>`. */
export function hostdevOf(element: XmlElement): DomainHostdev {
  const type = attribute(element, 'type') ?? '';
  const source = child(element, 'source');
  const address = source === undefined ? undefined : child(source, 'address');
  const vendor = source === undefined ? undefined : child(source, 'vendor');
  const name = ((): string => {
    switch (type) {
      case 'pci':
        return `${hex(address, 'domain', 4)}:${hex(address, 'bus', 2)}:${hex(address, 'slot', 2)}.${hex(address, 'function', 1)}`;
      case 'usb':
        return vendor === undefined
          ? `${attribute(address, 'bus') ?? '?'}-${attribute(address, 'device') ?? '?'}`
          : `${hex(vendor, 'id', 4)}:${hex(source === undefined ? undefined : child(source, 'product'), 'id', 4)}`;
      case 'mdev':
        return attribute(address, 'uuid') ?? '';
      default:
        return (
          attribute(source === undefined ? undefined : child(source, 'adapter'), 'name') ??
          attribute(source, 'wwpn') ??
          type
        );
    }
  })();
  return {
    type,
    address: name,
    failover: attribute(child(element, 'teaming'), 'type') === 'transient',
    ...(['optional', 'requisite'].includes(attribute(source, 'startupPolicy') ?? '')
      ? { optional: true }
      : {}),
  };
}
