// SPDX-License-Identifier: LGPL-2.1-or-later
import { chardevEndpointsOf, chardevPathsOf, type DomainEndpoint } from './devices/chardev.ts';
import type { DomainPath } from './devices/device-path.ts';
import { type DomainFilesystem, filesystemOf } from './devices/filesystem.ts';
import { type DomainGraphics, graphicsOf } from './devices/graphics.ts';
import { type DomainHostdev, hostdevOf } from './devices/hostdev.ts';
import { type DomainInterface, interfaceOf } from './devices/interface.ts';
import { type DomainModel, modelsOf } from './devices/model.ts';
import { otherPathsOf } from './devices/other-paths.ts';
import { romsOf } from './devices/rom.ts';
import { type DomainTpm, tpmOf } from './devices/tpm.ts';
import { attribute, child, children, textOf, type XmlElement } from './xml.ts';

export type {
  DomainEndpoint,
  DomainFilesystem,
  DomainGraphics,
  DomainHostdev,
  DomainInterface,
  DomainModel,
  DomainPath,
  DomainTpm,
};

/** Devices of the definition that depend on the host, except disks. */
export interface DomainDevices {
  readonly interfaces: readonly DomainInterface[];
  readonly hostdevs: readonly DomainHostdev[];
  readonly filesystems: readonly DomainFilesystem[];
  readonly paths: readonly DomainPath[];
  readonly endpoints: readonly DomainEndpoint[];
  readonly graphics: readonly DomainGraphics[];
  readonly tpms: readonly DomainTpm[];
  /** ROM files of QEMU's own that its video devices and network interfaces have on a PC, for example `efi-virtio.rom`. */
  readonly roms: readonly string[];
  /** Models of devices that some QEMU builds lack. */
  readonly models: readonly DomainModel[];
  /** Model of the memory balloon, for example `virtio`; absent where the definition names none. */
  readonly memballoon?: string;
  /** Models of random number generators, for example `virtio`. */
  readonly rngs?: readonly string[];
  /** Models of watchdogs, for example `i6300esb`. */
  readonly watchdogs: readonly string[];
  /** Leases of a lock manager: their key. */
  readonly leases: readonly string[];
}

/** Parses `<devices>`. Ignores unknown elements. */
export function parseDevices(devices: XmlElement | undefined): DomainDevices {
  const each = <T>(name: string, read: (element: XmlElement) => T): readonly T[] =>
    devices === undefined ? [] : children(devices, name).map(read);
  const memballoon = each('memballoon', (element) => attribute(element, 'model'))[0];
  const rngs = each('rng', (element) => attribute(element, 'model') ?? '');
  return {
    interfaces: each('interface', interfaceOf),
    hostdevs: each('hostdev', hostdevOf),
    filesystems: each('filesystem', filesystemOf),
    paths: devices === undefined ? [] : [...chardevPathsOf(devices), ...otherPathsOf(devices)],
    endpoints: devices === undefined ? [] : chardevEndpointsOf(devices),
    graphics: each('graphics', graphicsOf),
    tpms: each('tpm', tpmOf),
    roms: devices === undefined ? [] : romsOf(devices),
    models: devices === undefined ? [] : modelsOf(devices),
    ...(memballoon === undefined ? {} : { memballoon }),
    ...(rngs.length === 0 ? {} : { rngs }),
    watchdogs: each('watchdog', (element) => attribute(element, 'model') ?? ''),
    leases: each('lease', (element) => {
      const key = child(element, 'key');
      return key === undefined ? '' : textOf(key).trim();
    }),
  };
}
