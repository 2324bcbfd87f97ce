// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineCheck } from '../check.ts';
import { type FactResult, required } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement, Remedy } from '../finding.ts';
import { isThere } from '../judging/file-there.ts';
import { type Message, msg } from '../message.ts';
import { folderOf } from '../paths.ts';
import { shellCommand } from '../shell-quote.ts';

function look(text: Message, path: string): Remedy {
  return { text, command: shellCommand('ls', '-l', '--', path), host: 'destination' };
}

function judgeLoader(
  loader: string,
  source: FactResult<HostReading>,
  there: HostReading,
): Judgement | undefined {
  const seen = there.files.get(loader);
  if (!isThere(there, loader))
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

function judgeVariables(
  nvram: string,
  template: string | undefined,
  there: HostReading,
): Judgement | undefined {
  if (isThere(there, nvram)) return undefined;
  if (!isThere(there, folderOf(nvram)))
    return {
      verdict: 'block',
      found: msg(
        'The folder for the variables of the firmware is not there on the destination: $0',
        folderOf(nvram),
      ),
      remedies: [look(msg('Make the folder there.'), folderOf(nvram))],
    };
  if (template !== undefined && !isThere(there, template))
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
  return undefined;
}

/** Has the destination the VM's firmware? */
export const firmwareCheck = defineCheck({
  id: 'firmware',
  title: msg('Firmware'),
  why: msg(
    'A VM with UEFI needs the file with its firmware there, of the same size, and a place for its variables.',
  ),
  needs: { domain: domainFact },
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ domain, source, shell }): Judgement => {
    const { loader, nvram, template } = domain.config.resources.firmware;
    if (loader === undefined)
      return { verdict: 'pass', found: msg("The VM uses QEMU's own BIOS, which every QEMU has.") };
    const there = required(shell, [
      look(msg('See whether the file with the firmware is there, of the same size.'), loader),
    ]);
    return (
      judgeLoader(loader, source, there) ??
      (nvram === undefined ? undefined : judgeVariables(nvram, template, there)) ?? {
        verdict: 'pass',
        found: msg('The destination has the firmware of the VM: $0', loader),
      }
    );
  },
});
