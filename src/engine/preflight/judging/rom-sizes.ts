// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import type { FactResult } from '../fact.ts';
import type { HostReading } from '../facts/host-reading/index.ts';

/** A ROM file of QEMU. It becomes guest memory, so both hosts need the same size. */
interface RomSizes {
  readonly rom: string;
  readonly here: number;
  readonly there: number;
}

/** PC machine types that load bios-256k.bin: those since QEMU 2.0. Older ones load another file. */
const modernPc = /^(?:pc|q35|pc-(?:q35|i440fx)-(?!0\.|1\.).+)$/;

/** The ROM files that QEMU loads for the VM. Other architectures have no BIOS and other devices. */
function romsOf({ os, devices, resources }: DomainConfig): readonly string[] {
  if (!/^(?:x86_64|i[3-6]86)$/.test(os.arch) || !modernPc.test(os.machine)) return [];
  return [...(resources.firmware.loader === undefined ? ['bios-256k.bin'] : []), ...devices.roms];
}

/** QEMU rounds the size of a ROM up to the next power of two (pci_add_option_rom). */
function inMemory(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, 1)));
}

/** ROM files whose sizes differ, and whether all of them were compared. */
export function compareRoms(
  config: DomainConfig,
  source: FactResult<HostReading>,
  destination: FactResult<HostReading>,
): { readonly unlike: readonly RomSizes[]; readonly all: boolean } {
  const sizes = romsOf(config).map((rom) => ({
    rom,
    here: source.available ? source.value.roms?.get(rom) : undefined,
    there: destination.available ? destination.value.roms?.get(rom) : undefined,
  }));
  const known = sizes.flatMap(({ rom, here, there }) =>
    here === undefined || there === undefined ? [] : [{ rom, here, there }],
  );
  return {
    unlike: known.filter(({ here, there }) => inMemory(here) !== inMemory(there)),
    all: sizes.length > 0 && known.length === sizes.length,
  };
}
