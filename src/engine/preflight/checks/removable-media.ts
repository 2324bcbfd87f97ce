// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { Plan } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { type DiskFile, diskFilesFact } from '../facts/disk-files.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { fileExists } from '../judging/file-exists.ts';

function ejectOf({ virsh }: Plan, uuid: string, { disk }: DiskFile): Remedy {
  // virsh asks the user's own libvirt unless told otherwise, if it is not root who runs it; the plan's line begins with the VM's.
  const connected = virsh.slice(0, 3);
  return {
    text: msg('Eject the medium of $0 if the VM does not need it.', disk),
    command: shellCommand(...connected, 'change-media', '--eject', '--', uuid, disk),
    host: 'source',
    action: { kind: 'eject-medium', disk },
  };
}

function putThere({ path }: DiskFile): Remedy {
  return {
    text: msg('Or put the file there, under the same path.'),
    command: shellCommand('ls', '-l', '--', path),
    host: 'destination',
  };
}

/** Are the CDs and floppies in the VM's drives there too? */
export const removableMediaCheck = defineCheck({
  id: 'removable-media',
  title: msg('CDs and floppies'),
  group: 'storage',
  why: msg(
    'QEMU there opens the same medium, and does not start without it. An ISO that was left in the drive is enough.',
  ),
  needs: { domain: domainFact, files: diskFilesFact },
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ domain, files, source, shell }, plan): Judgement => {
    const { uuid } = domain.config;
    const media = files.filter(({ removable }) => removable);
    const [first] = media;
    if (first === undefined) return { verdict: 'pass', found: msg('There is no medium in any drive.') };
    const there = required(shell, [ejectOf(plan, uuid, first), putThere(first)]);
    const gone = media.filter(({ path, optional }) => !optional && !fileExists(there, path));
    const [firstGone] = gone;
    if (firstGone !== undefined)
      return {
        verdict: 'block',
        found: msg('The medium in $0 is not there on the destination: $1', firstGone.disk, firstGone.path),
        details: gone.slice(1).map(({ disk, path }) => msg('Nor is that in $0: $1', disk, path)),
        remedies: [
          ejectOf(plan, uuid, firstGone),
          ...gone.slice(1).map((each) => ejectOf(plan, uuid, each)),
          putThere(firstGone),
        ],
      };
    const here = source.available ? source.value.files : undefined;
    const other = media.find(({ path }) => {
      const [mine, theirs] = [here?.get(path), there.files.get(path)];
      return mine?.exists === true && theirs?.exists === true && mine.sizeBytes !== theirs.sizeBytes;
    });
    if (other !== undefined)
      return {
        verdict: 'warn',
        found: msg('The destination has another medium of another size under that path: $0', other.path),
        remedies: [ejectOf(plan, uuid, other), putThere(other)],
      };
    const dropped = media.filter(({ path, optional }) => optional && !fileExists(there, path));
    return {
      verdict: 'pass',
      found:
        dropped.length === 0
          ? msg('The media in its drives are there too.')
          : msg('The media in its drives are there too, or libvirt ejects them on the way.'),
      details: media.map(({ disk, path }) => msg('$0: $1', disk, path)),
    };
  },
});
