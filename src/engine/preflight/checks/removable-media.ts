// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { Plan } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { type DiskFile, diskFilesFact } from '../facts/disk-files.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { copyOver, type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import { fileExists } from '../judging/file-exists.ts';

function ejectOf({ virsh }: Plan, uuid: string, { disk }: DiskFile): Remedy {
  // Without root, virsh asks the user's own libvirt. The plan's command line begins with the connection of the VM.
  const connected = virsh.slice(0, 3);
  return {
    text: msg('Eject the medium in $0, if the VM does not need it.', disk),
    command: shellCommand(...connected, 'change-media', '--domain', uuid, '--path', disk, '--eject'),
    host: 'source',
    action: { kind: 'eject-medium', disk },
  };
}

/** The file there may belong to another VM, so it must not be overwritten. */
function replaceMedium({ path }: DiskFile, { name }: DestinationHost): Remedy {
  return {
    text: msg('Or put the same medium under $0 on $1, if no other VM uses the file there.', path, name),
  };
}

function copyMedium({ path }: DiskFile, to: DestinationHost): Remedy {
  return {
    text: msg('Or copy $0 to $1.', path, to.name),
    command: copyOver(to, path),
    host: 'source',
  };
}

/** Does the destination have the CDs and floppies in the VM's drives? */
export const removableMediaCheck = defineCheck({
  id: 'removable-media',
  title: msg('CDs and floppies'),
  group: 'storage',
  why: msg(
    'QEMU on the destination opens the same medium and does not start without it. A forgotten ISO in a drive is enough.',
  ),
  needs: { domain: domainFact, files: diskFilesFact },
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ domain, files, source, shell }, plan): Judgement => {
    const { uuid } = domain.config;
    const to = destinationHost(plan);
    const media = files.filter(({ removable }) => removable);
    const [first] = media;
    if (first === undefined) return { verdict: 'pass', found: msg('No drive holds a medium.') };
    const there = required(shell, [ejectOf(plan, uuid, first), copyMedium(first, to)]);
    const gone = media.filter(({ path, optional }) => !optional && !fileExists(there, path));
    const [firstGone] = gone;
    if (firstGone !== undefined)
      return {
        verdict: 'block',
        found: msg('$2 lacks the medium in $0: $1.', firstGone.disk, firstGone.path, to.name),
        details: gone
          .slice(1)
          .map(({ disk, path }) => msg('$2 also lacks the medium in $0: $1.', disk, path, to.name)),
        remedies: [
          ejectOf(plan, uuid, firstGone),
          ...gone.slice(1).map((each) => ejectOf(plan, uuid, each)),
          copyMedium(firstGone, to),
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
        found: msg('$1 has another medium of another size under $0 ($2).', other.path, to.name, other.disk),
        remedies: [ejectOf(plan, uuid, other), replaceMedium(other, to)],
      };
    const dropped = media.filter(({ path, optional }) => optional && !fileExists(there, path));
    return {
      verdict: 'pass',
      found:
        dropped.length === 0
          ? msg('$0 has the media in all drives.', to.name)
          : msg('$0 has the media in all drives, or libvirt ejects them on the way.', to.name),
      details: media.map(({ disk, path }) => msg('$0: $1', disk, path)),
    };
  },
});
