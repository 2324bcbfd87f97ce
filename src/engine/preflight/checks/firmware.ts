// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { dirname, type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { fileExists } from '../judging/file-exists.ts';
import { compareRoms } from '../judging/rom-sizes.ts';

type Firmware = DomainConfig['resources']['firmware'];

function look(text: Message, path: string): Remedy {
  return { text, command: shellCommand('ls', '-l', '--', path), host: 'destination' };
}

function judgeLoader(
  loader: string,
  source: FactResult<HostReading>,
  there: HostReading,
): Judgement | undefined {
  const seen = there.files.get(loader);
  if (!fileExists(there, loader))
    return {
      verdict: 'block',
      found: msg('The destination does not have the firmware of the VM: $0', loader),
      remedies: [
        look(
          msg('Install the package with it there (ovmf, edk2-ovmf), or link it under the same path.'),
          loader,
        ),
      ],
    };
  const here = source.available ? source.value.files.get(loader) : undefined;
  return here?.exists === true && seen !== undefined && here.sizeBytes !== seen.sizeBytes
    ? {
        verdict: 'block',
        found: msg(
          'The firmware on the destination is of another size ($0 bytes here, $1 there), and QEMU takes only the same.',
          here.sizeBytes,
          seen.sizeBytes,
        ),
        remedies: [look(msg('Bring the package with the firmware to the same version.'), loader)],
      }
    : undefined;
}

/** The variables are there already, or are made of the template: either has to be of the size that they have here. */
function judgeSizes(
  { nvram, template, format }: Firmware,
  source: FactResult<HostReading>,
  there: HostReading,
): Judgement | undefined {
  // The size of an image says nothing of what is in it.
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
          'A file with variables of the firmware is there already, of another size ($0 bytes here, $1 there): $2',
          here,
          seen.sizeBytes,
          path,
        ),
        remedies: [look(msg('Move it away there, if it belongs to no other VM.'), path)],
      }
    : {
        verdict: 'block',
        found: msg(
          'The file from which the variables of the firmware are made has another size there ($0 bytes here, $1 there): $2',
          here,
          seen.sizeBytes,
          path,
        ),
        remedies: [look(msg('Bring the package with the firmware to the same version.'), path)],
      };
}

/** What libvirt says where it has to make the variables and knows of no template (qemuNVRAMPrepare). */
function judgeUnnamedTemplate(loader: string, there: HostReading): Judgement | undefined {
  if (there.loaderNamed !== false) return undefined;
  const remedy = look(
    msg('Name a template in the definition (<nvram template=...>), or copy the variables there.'),
    loader,
  );
  // libvirt itself knows some more, which the package was built with: those of packages.
  return loader.startsWith('/usr/') || !there.settingsReadable
    ? {
        verdict: 'warn',
        found: msg(
          'Nothing on the destination tells from which file the variables of the firmware are made: $0',
          loader,
        ),
        remedies: [remedy],
      }
    : {
        verdict: 'block',
        found: msg(
          'The destination cannot make the variables of the firmware: nothing there says from which file those of $0 are made.',
          loader,
        ),
        remedies: [remedy],
      };
}

function judgeVariables(
  loader: string,
  nvram: string,
  template: string | undefined,
  there: HostReading,
): Judgement | undefined {
  if (fileExists(there, nvram)) return undefined;
  if (!fileExists(there, dirname(nvram)))
    return {
      verdict: 'block',
      found: msg(
        'The folder for the variables of the firmware is not there on the destination: $0',
        dirname(nvram),
      ),
      remedies: [look(msg('Make the folder there.'), dirname(nvram))],
    };
  if (template !== undefined && !fileExists(there, template))
    return {
      verdict: 'block',
      found: msg(
        'The destination does not have the file from which the variables of the firmware are made: $0',
        template,
      ),
      remedies: [
        look(
          msg('Install the package with it there (ovmf, edk2-ovmf), or link it under the same path.'),
          template,
        ),
      ],
    };
  return template === undefined ? judgeUnnamedTemplate(loader, there) : undefined;
}

/** "Size mismatch: pc.bios: 0x40000 != 0x20000", says QEMU when the memory arrives. */
function judgeRoms(
  [first, ...others]: ReturnType<typeof compareRoms>['unlike'],
  emulator: string | undefined,
): Judgement | undefined {
  if (first === undefined) return undefined;
  return {
    verdict: 'block',
    found: msg(
      'QEMU has its ROM file $0 in another size there ($1 bytes here, $2 there), and takes only the same.',
      first.rom,
      first.here,
      first.there,
    ),
    details: others.map(({ rom, here, there }) => msg('$0: $1 bytes here, $2 there', rom, here, there)),
    remedies: [
      {
        text: msg('Bring the packages with the ROM files (seabios, ipxe-qemu) to the same version.'),
        // The folders in which QEMU looks for them.
        command: shellCommand(packaged(emulator), '-L', 'help'),
        host: 'destination',
      },
    ],
  };
}

/** A command that root pastes begins with no program but one of the system's packages; the definition may name any. */
function packaged(emulator = 'qemu-system-x86_64'): string {
  return /^\/usr\/(?!local\/)[\w./+-]+$/.test(emulator) && !emulator.includes('..')
    ? emulator
    : 'qemu-system-x86_64';
}

/** Has the destination the VM's firmware? */
export const firmwareCheck = defineCheck({
  id: 'firmware',
  title: msg('Firmware'),
  group: 'devices',
  why: msg(
    "A VM with UEFI needs the file with its firmware there, of the same size, and a place for its variables. QEMU's own BIOS and ROM files have to be of the same size too.",
  ),
  needs: { domain: domainFact },
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ domain, source, shell }): Judgement => {
    const { loader, nvram, template } = domain.config.resources.firmware;
    const roms = compareRoms(domain.config, source, shell);
    const unlike = judgeRoms(roms.unlike, domain.config.emulator);
    if (loader === undefined)
      return (
        unlike ?? {
          verdict: 'pass',
          found: roms.all
            ? msg("The VM uses QEMU's own BIOS, and QEMU has its ROM files in the same sizes on both hosts.")
            : msg("The VM uses QEMU's own BIOS. The sizes of QEMU's ROM files were not all seen."),
        }
      );
    const there = required(shell, [
      look(msg('See whether the file with the firmware is there, of the same size.'), loader),
    ]);
    return (
      judgeLoader(loader, source, there) ??
      (nvram === undefined ? undefined : judgeVariables(loader, nvram, template, there)) ??
      judgeSizes(domain.config.resources.firmware, source, there) ??
      unlike ?? {
        verdict: 'pass',
        found: msg('The destination has the firmware of the VM: $0', loader),
      }
    );
  },
});
