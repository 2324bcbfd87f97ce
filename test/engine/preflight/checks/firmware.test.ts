// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { firmwareCheck } from '../../../../src/engine/preflight/checks/firmware.ts';
import type { FactResult } from '../../../../src/engine/preflight/fact.ts';
import type { FileReading, HostReading } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import { absent, domain, file, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const code = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const template = '/usr/share/OVMF/OVMF_VARS_4M.fd';
const nvram = '/var/lib/libvirt/qemu/nvram/web_VARS.fd';
const uefi = domain(
  {},
  '',
  `<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><loader readonly='yes' type='pflash'>${code}</loader><nvram template='${template}'>${nvram}</nvram></os>`,
);
const byHand = (loader: string): typeof uefi =>
  domain(
    {},
    '',
    `<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><loader readonly='yes' type='pflash'>${loader}</loader><nvram>${nvram}</nvram></os>`,
  );
const pc = domain(
  {},
  "<interface type='user'><model type='virtio'/></interface><video><model type='vga'/></video>",
);
const programmed = { ...pc, config: { ...pc.config, emulator: '/home/joe/evil' } };
const sizes = { 'bios-256k.bin': 262144, 'vgabios-stdvga.bin': 39936, 'efi-virtio.rom': 249344 };
const withRoms = (roms: Readonly<Record<string, number>>): FactResult<HostReading> =>
  there(reading({}, { roms: new Map(Object.entries(roms)) }));
const source = there(reading({ [code]: file() }));
const folder = { '/var/lib/libvirt/qemu/nvram': file() };
const facts = (
  files?: Readonly<Record<string, FileReading>>,
): Parameters<typeof firmwareCheck.judgeFacts>[0] => ({
  domain: uefi,
  source,
  shell:
    files === undefined
      ? missing
      : there(reading({ ...absent(code, template, nvram, '/var/lib/libvirt/qemu/nvram'), ...files })),
});

/** The firmware in a qcow2 image of that size, and of that virtual size if it is known. */
const image = (sizeBytes: number, virtualBytes?: number): FileReading =>
  file({ sizeBytes, ...(virtualBytes === undefined ? {} : { virtualBytes }) });
const packed = domain(
  {},
  '',
  `<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><loader readonly='yes' type='pflash' format='qcow2'>${code}</loader><nvram template='${template}' format='qcow2'>${nvram}</nvram></os>`,
);
const ofImages = (here: FileReading, seen: FileReading): Parameters<typeof firmwareCheck.judgeFacts>[0] => ({
  domain: packed,
  source: there(reading({ [code]: here })),
  shell: there(reading({ ...absent(nvram), [code]: seen, [template]: file(), ...folder })),
});

testCheck(firmwareCheck, [
  {
    name: 'qcow2 images of other sizes with content of one size',
    facts: ofImages(image(2_000_000, 4 * 2 ** 20), image(1_500_000, 4 * 2 ** 20)),
    verdict: 'pass',
  },
  {
    name: 'qcow2 images of whose content the sizes were not told',
    facts: ofImages(image(2_000_000), image(1_500_000)),
    verdict: 'pass',
  },
  {
    name: 'qcow2 images with content of another size',
    facts: ofImages(image(2_000_000, 4 * 2 ** 20), image(2_000_000, 2 * 2 ** 20)),
    verdict: 'block',
    found: /4194304 bytes on this host, 2097152/,
  },
  { name: 'BIOS', facts: { ...facts(), domain: domain() }, verdict: 'pass' },
  { name: 'all there', facts: facts({ [code]: file(), [template]: file(), ...folder }), verdict: 'pass' },
  { name: 'variables on shared storage', facts: facts({ [code]: file(), [nvram]: file() }), verdict: 'pass' },
  {
    name: 'no firmware',
    facts: facts({ [template]: file(), ...folder }),
    verdict: 'block',
    found: /OVMF_CODE_4M/,
  },
  {
    name: 'of another size',
    facts: facts({ [code]: file({ sizeBytes: 7 }), [template]: file(), ...folder }),
    verdict: 'block',
    found: /another size/,
  },
  {
    name: 'no folder for the variables',
    facts: facts({ [code]: file(), [template]: file() }),
    verdict: 'block',
    found: /folder/,
  },
  {
    name: 'no template',
    facts: facts({ [code]: file(), ...folder }),
    verdict: 'block',
    found: /OVMF_VARS_4M/,
  },
  {
    name: 'variables of another size there already',
    facts: {
      ...facts({ [code]: file(), [nvram]: file({ sizeBytes: 2 }) }),
      source: there(reading({ [code]: file(), [nvram]: file({ sizeBytes: 1 }) })),
    },
    verdict: 'block',
    found: /1 bytes on this host, 2 bytes there\): .*web_VARS/,
  },
  {
    name: 'a template of another size there',
    facts: {
      ...facts({ [code]: file(), [template]: file({ sizeBytes: 2 }), ...folder }),
      source: there(reading({ [code]: file(), [nvram]: file({ sizeBytes: 1 }) })),
    },
    verdict: 'block',
    found: /1 bytes on this host, 2 bytes there\): .*OVMF_VARS/,
  },
  {
    name: 'a firmware that nothing names, and no template',
    facts: {
      domain: byHand('/root/CODE.fd'),
      source,
      shell: there(reading({ ...absent(nvram), ...folder, '/root/CODE.fd': file() }, { loaderNamed: false })),
    },
    verdict: 'block',
    found: /\/root\/CODE\.fd/,
  },
  {
    name: 'a firmware of a package that nothing names, and no template',
    facts: {
      domain: byHand(code),
      source,
      shell: there(reading({ ...absent(nvram), ...folder, [code]: file() }, { loaderNamed: false })),
    },
    verdict: 'warn',
    found: /OVMF_CODE/,
  },
  {
    name: 'a firmware that a descriptor names, and no template',
    facts: {
      domain: byHand(code),
      source,
      shell: there(reading({ ...absent(nvram), ...folder, [code]: file() }, { loaderNamed: true })),
    },
    verdict: 'pass',
  },
  {
    name: 'BIOS and ROMs of the same sizes, as QEMU rounds them',
    facts: { domain: pc, source: withRoms(sizes), shell: withRoms({ ...sizes, 'efi-virtio.rom': 200000 }) },
    verdict: 'pass',
    found: /same sizes/,
  },
  {
    name: 'a BIOS of another size',
    facts: { domain: pc, source: withRoms(sizes), shell: withRoms({ ...sizes, 'bios-256k.bin': 131072 }) },
    verdict: 'block',
    found: /bios-256k\.bin .*262144 bytes on this host, 131072 bytes there/,
  },
  {
    name: 'a BIOS of another size, of a VM with a program of its own',
    facts: {
      domain: programmed,
      source: withRoms(sizes),
      shell: withRoms({ ...sizes, 'bios-256k.bin': 131072 }),
    },
    verdict: 'block',
    also: (finding) => {
      // The definition may name any program. A command that root pastes must not contain its name.
      expect(JSON.stringify(finding)).toContain('"command":"apt-get install seabios ipxe-qemu');
    },
  },
  {
    name: 'the ROM of a network card of another size',
    facts: { domain: pc, source: withRoms(sizes), shell: withRoms({ ...sizes, 'efi-virtio.rom': 75776 }) },
    verdict: 'block',
    found: /efi-virtio\.rom/,
  },
  {
    name: 'a BIOS of a screen that was not seen',
    facts: { domain: pc, source: withRoms(sizes), shell: withRoms({ 'bios-256k.bin': 262144 }) },
    verdict: 'pass',
    found: /not all seen/,
  },
  {
    name: 'a ROM that the VM does not have',
    facts: {
      domain: domain(),
      source: withRoms(sizes),
      shell: withRoms({ ...sizes, 'efi-virtio.rom': 75776 }),
    },
    verdict: 'pass',
  },
  {
    name: 'an old machine, which has another BIOS',
    facts: {
      domain: domain({}, '', "<os><type arch='x86_64' machine='pc-i440fx-1.4'>hvm</type></os>"),
      source: withRoms(sizes),
      shell: withRoms({ 'bios-256k.bin': 131072 }),
    },
    verdict: 'pass',
    found: /not all seen/,
  },
  { name: 'not to be seen', facts: facts(), verdict: 'unknown' },
]);
