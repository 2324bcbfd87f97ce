// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { dirname, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import type { FileReading, HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { fileExists } from '../judging/file-exists.ts';
import { copyFile } from '../judging/missing-path.ts';
import { compareRoms } from '../judging/rom-sizes.ts';

type Firmware = DomainConfig['resources']['firmware'];

/** Both hosts, as far as they are known. */
interface Hosts {
  readonly source: FactResult<HostReading>;
  readonly there: HostReading;
  readonly to: DestinationHost;
}

/** A package with the firmware, in Debian and Fedora. */
interface Packages {
  readonly debian: string;
  readonly fedora: string;
  readonly install: string;
  readonly upgrade: string;
}

const ofArm: Packages = {
  debian: 'qemu-efi-aarch64',
  fedora: 'edk2-aarch64',
  install: 'apt-get install qemu-efi-aarch64 || dnf install edk2-aarch64',
  upgrade: 'apt-get install qemu-efi-aarch64 || dnf upgrade edk2-aarch64',
};

const ofIntel: Packages = {
  debian: 'ovmf',
  fedora: 'edk2-ovmf',
  install: 'apt-get install ovmf || dnf install edk2-ovmf',
  upgrade: 'apt-get install ovmf || dnf upgrade edk2-ovmf',
};

function packagesFor(arch: string): Packages {
  return arch === 'aarch64' ? ofArm : ofIntel;
}

/** How to provide a file of the firmware: from its package, or by hand if it is not from a package. */
function provide(path: string, arch: string, to: DestinationHost): Remedy {
  if (!path.startsWith('/usr/')) return copyFile(path, to);
  const { debian, fedora, install } = packagesFor(arch);
  return {
    text: msg(
      'Install the package with $0 on $1: $2 on Debian, $3 on Fedora. If the path differs there, link the file to $0.',
      path,
      to.name,
      debian,
      fedora,
    ),
    command: install,
    host: 'destination',
  };
}

/** If a file of a package differs in size, the hosts have different versions of the package. */
function sameVersion(path: string, arch: string, { name }: DestinationHost): Remedy {
  return path.startsWith('/usr/')
    ? {
        text: msg('Bring the package with $0 to one version on both hosts, for example the newest.', path),
        command: packagesFor(arch).upgrade,
        host: 'destination',
      }
    : { text: msg('Replace $0 on $1 by the file of this host, if no other VM there uses it.', path, name) };
}

/** The size that QEMU sees. An image format such as qcow2 has another file size. */
function sizeOf(file: FileReading | undefined, format = 'raw'): number | undefined {
  if (file?.exists !== true) return undefined;
  return format === 'raw' ? file.sizeBytes : file.virtualBytes;
}

function judgeLoader(
  loader: string,
  { loaderFormat }: Firmware,
  arch: string,
  { source, there, to }: Hosts,
): Judgement | undefined {
  const seen = there.files.get(loader);
  if (!fileExists(there, loader))
    return {
      verdict: 'block',
      found: msg('$1 lacks the firmware of the VM: $0.', loader, to.name),
      remedies: [provide(loader, arch, to)],
    };
  const here = sizeOf(source.available ? source.value.files.get(loader) : undefined, loaderFormat);
  const size = sizeOf(seen, loaderFormat);
  return here !== undefined && size !== undefined && here !== size
    ? {
        verdict: 'block',
        found: msg(
          'The firmware $2 has another size on $3: $0 bytes on this host, $1 bytes there. QEMU takes only the same size.',
          here,
          size,
          loader,
          to.name,
        ),
        remedies: [sameVersion(loader, arch, to)],
      }
    : undefined;
}

/**
 * The variables exist already, or libvirt creates them from the template. In both cases, the size has to be the same as on this
 * host.
 */
function judgeSizes(
  { nvram, template, format }: Firmware,
  arch: string,
  { source, there, to }: Hosts,
): Judgement | undefined {
  // The file size of an image format such as qcow2 says nothing about its content.
  if (nvram === undefined || !source.available || (format ?? 'raw') !== 'raw') return undefined;
  const { files } = source.value;
  const here = [nvram, template].flatMap((path) => {
    const seen = path === undefined ? undefined : files.get(path);
    return seen?.exists === true ? [seen.sizeBytes] : [];
  })[0];
  const path = there.files.get(nvram)?.exists === true ? nvram : template;
  const seen = path === undefined ? undefined : there.files.get(path);
  if (here === undefined || path === undefined || seen?.exists !== true || seen.sizeBytes === here)
    return undefined;
  return path === nvram
    ? {
        verdict: 'block',
        found: msg(
          '$3 already has firmware variables of another size ($0 bytes on this host, $1 bytes there): $2.',
          here,
          seen.sizeBytes,
          path,
          to.name,
        ),
        remedies: [
          {
            text: msg('Rename $0 on $1, if no other VM uses the file.', path, to.name),
            command: shellCommand('mv', '-n', '--', path, `${path}.old`),
            host: 'destination',
          },
        ],
      }
    : {
        verdict: 'block',
        found: msg(
          'The template of the firmware variables has another size on $3 ($0 bytes on this host, $1 bytes there): $2.',
          here,
          seen.sizeBytes,
          path,
          to.name,
        ),
        remedies: [sameVersion(path, arch, to)],
      };
}

/** libvirt has to create the variables but knows no template (qemuNVRAMPrepare). */
function judgeUnnamedTemplate(loader: string, nvram: string, { there, to }: Hosts): Judgement | undefined {
  if (there.loaderNamed !== false) return undefined;
  const remedies = [
    copyFile(nvram, to),
    { text: msg('Or name a template in the definition (<nvram template=...>).') },
  ] as const;
  // libvirt has a built-in list of firmware from packages.
  return loader.startsWith('/usr/') || !there.settingsReadable
    ? {
        verdict: 'warn',
        found: msg(
          'Nothing on $1 names the template from which libvirt makes the variables of the firmware $0.',
          loader,
          to.name,
        ),
        remedies,
      }
    : {
        verdict: 'block',
        found: msg(
          '$1 cannot make the variables of the firmware $0: nothing there names their template.',
          loader,
          to.name,
        ),
        remedies,
      };
}

function judgeVariables(
  loader: string,
  nvram: string,
  { template }: Firmware,
  arch: string,
  hosts: Hosts,
): Judgement | undefined {
  const { there, to } = hosts;
  if (fileExists(there, nvram)) return undefined;
  const folder = dirname(nvram);
  if (!fileExists(there, folder))
    return {
      verdict: 'block',
      found: msg('$1 lacks the folder for the firmware variables: $0.', folder, to.name),
      remedies: [
        {
          text: msg('Create the folder $0 on $1.', folder, to.name),
          command: shellCommand('mkdir', '-p', '--', folder),
          host: 'destination',
        },
      ],
    };
  if (template !== undefined && !fileExists(there, template))
    return {
      verdict: 'block',
      found: msg('$1 lacks the template of the firmware variables: $0.', template, to.name),
      remedies: [provide(template, arch, to)],
    };
  return template === undefined ? judgeUnnamedTemplate(loader, nvram, hosts) : undefined;
}

/** "Size mismatch: pc.bios: 0x40000 != 0x20000", says QEMU when the memory arrives. */
function judgeRoms(
  [first, ...others]: ReturnType<typeof compareRoms>['unlike'],
  { name }: DestinationHost,
): Judgement | undefined {
  if (first === undefined) return undefined;
  return {
    verdict: 'block',
    found: msg(
      'The ROM file $0 of QEMU has another size on $3: $1 bytes on this host, $2 bytes there. QEMU takes only the same size.',
      first.rom,
      first.here,
      first.there,
      name,
    ),
    details: others.map(({ rom, here, there }) =>
      msg('$0: $1 bytes on this host, $2 bytes on $3', rom, here, there, name),
    ),
    remedies: [
      {
        text: msg(
          'Bring the packages with the ROM files to one version on both hosts, for example the newest: seabios and ipxe-qemu on Debian, seabios-bin and ipxe-roms-qemu on Fedora.',
        ),
        command: 'apt-get install seabios ipxe-qemu || dnf upgrade seabios-bin ipxe-roms-qemu',
        host: 'destination',
      },
    ],
  };
}

/** Does the destination have the VM's firmware? */
export const firmwareCheck = defineCheck({
  id: 'firmware',
  title: msg('Firmware'),
  group: 'devices',
  why: msg(
    'A VM with UEFI needs its firmware on the destination, in the same size, and a place for the variables. The BIOS and the ROM files of QEMU need the same size too.',
  ),
  needs: { domain: domainFact },
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ domain: { config }, source, shell }, plan): Judgement => {
    const to = destinationHost(plan);
    const { firmware } = config.resources;
    const { loader, nvram } = firmware;
    const { arch } = config.os;
    const roms = compareRoms(config, source, shell);
    const unlike = judgeRoms(roms.unlike, to);
    if (loader === undefined)
      return (
        unlike ?? {
          verdict: 'pass',
          found: roms.all
            ? msg('The VM uses the BIOS of QEMU. The ROM files have the same sizes on both hosts.')
            : msg('The VM uses the BIOS of QEMU. The sizes of the ROM files were not all seen.'),
        }
      );
    const there = required(shell, [
      {
        text: msg('Show whether $1 has $0, and in which size.', loader, to.name),
        command: shellCommand('ls', '-l', '--', loader),
        host: 'destination',
      },
    ]);
    const hosts = { source, there, to };
    return (
      judgeLoader(loader, firmware, arch, hosts) ??
      (nvram === undefined ? undefined : judgeVariables(loader, nvram, firmware, arch, hosts)) ??
      judgeSizes(firmware, arch, hosts) ??
      unlike ?? { verdict: 'pass', found: msg('$1 has the firmware of the VM: $0.', loader, to.name) }
    );
  },
});
