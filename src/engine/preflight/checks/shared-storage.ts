// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { msg, type Remedy } from '../../base/index.ts';
import { copiedDisks } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable } from '../fact.ts';
import { copyableDisks, diskCopiesFact } from '../facts/disk-copies.ts';
import { diskFilesFact } from '../facts/disk-files.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import { type DestinationStorage, destinationStorageFact } from '../facts/volumes.ts';
import type { Judgement } from '../finding.ts';
import { type DiskVerdict, judgeDisks } from '../judging/disk-verdicts.ts';

/** Are the VM's disks the same ones over there? */
export const sharedStorageCheck = defineCheck({
  id: 'shared-storage',
  title: msg('Storage'),
  group: 'storage',
  why: msg(
    'Every disk has to be reachable from the destination as the very same one, or to be copied there, or its content is lost to the VM.',
  ),
  needs: { domain: domainFact, disks: diskFilesFact, source: sourceShellFact, copies: diskCopiesFact },
  wants: { shell: destinationShellFact, storage: destinationStorageFact },
  judge: ({ domain, disks, source, copies, shell, storage }, plan): Judgement => {
    const chosen = copiedDisks(plan);
    if (copies.unfit.length > 0) return unfit(copies.unfit, chosen, domain.config);
    // Media in drives are another check's, but libvirt takes a floppy that can be written for a disk.
    const files = disks.filter(({ removable, role }) => !removable || role === 'disk');
    const there = lookThere(shell, storage);
    const verdicts = judgeDisks(domain.config, files, source, there, copies.disks, domain.migratable);
    const of = (verdict: DiskVerdict['verdict']): readonly DiskVerdict[] =>
      verdicts.filter((one) => one.verdict === verdict);
    // TRANSLATORS: $0 names a disk, $1 is its path, $2 says what was found, in small letters.
    const details = verdicts.map(({ disk, path, found }) => msg('$0 ($1): $2', disk, path, found));
    const blocked = of('block');
    const remedies = (list: readonly DiskVerdict[]): readonly Remedy[] => [
      ...new Map(
        list.flatMap((one) => one.remedies).map((remedy) => [JSON.stringify(remedy), remedy]),
      ).values(),
    ];
    const [firstBlocked] = blocked;
    if (firstBlocked !== undefined) {
      const [first, ...others] = [...copying(blocked, chosen, domain.config), ...remedies(blocked)];
      return {
        verdict: 'block',
        found:
          blocked.length === 1
            ? msg('$0 ($1): $2', firstBlocked.disk, firstBlocked.path, firstBlocked.found)
            : msg('$0 disks or files cannot be used on the destination.', blocked.length),
        details,
        remedies: [first ?? { text: msg('Put the disk on storage that both hosts share.') }, ...others],
        // Only where the admin may know better of each.
        ...(firstBlocked.risk !== undefined && blocked.every(({ risk }) => risk !== undefined)
          ? { override: { risk: firstBlocked.risk } }
          : {}),
      };
    }
    const unknown = of('unknown');
    if (unknown.length > 0) {
      throw new FactUnavailable({
        why: msg('Not every disk is proved to be the same one on the destination.'),
        details,
        remedies: remedies(unknown),
        ...(shell.available || shell.original === undefined ? {} : { original: shell.original }),
      });
    }
    const warned = of('warn');
    if (warned.length > 0) {
      const [first, ...others] = remedies(warned);
      return {
        verdict: 'warn',
        found: msg('All disks can be used on the destination, but look at this.'),
        details,
        remedies: [first ?? { text: msg('Look at the details.') }, ...others],
      };
    }
    return {
      verdict: 'pass',
      found:
        verdicts.length === 0
          ? msg('The VM has no disk.')
          : chosen.length === 0
            ? msg('All disks are the same ones on the destination.')
            : msg('All disks are copied to the destination, or are the same ones there.'),
      details,
    };
  },
});

/** What the dialog can do about those that are in the way: copy some more, or not copy some. */
function copying(
  blocked: readonly DiskVerdict[],
  chosen: readonly string[],
  { disks }: Pick<DomainConfig, 'disks'>,
): readonly Remedy[] {
  const fit = copyableDisks(disks).map(({ disk }) => disk);
  const more = fit.filter((name) =>
    blocked.some(({ disk, ofThisHost }) => disk === name && ofThisHost === true),
  );
  const less = chosen.filter((name) => blocked.some(({ disk }) => disk === name));
  return [
    ...(more.length === 0
      ? []
      : [
          {
            text: msg('Have it copied to the destination with the migration: $0.', more.join(', ')),
            action: {
              kind: 'copy-disks' as const,
              disks: [...new Set([...chosen, ...more])].filter((name) => !less.includes(name)).sort(),
            },
          },
        ]),
    ...(less.length === 0
      ? []
      : [
          {
            text: msg('Do not copy what both hosts share: $0.', less.join(', ')),
            action: { kind: 'copy-disks' as const, disks: chosen.filter((name) => !less.includes(name)) },
          },
        ]),
  ];
}

/** Names that were chosen for copying and are not those of disks that can be copied. */
function unfit(
  names: readonly string[],
  chosen: readonly string[],
  { disks }: Pick<DomainConfig, 'disks'>,
): Judgement {
  const fit = copyableDisks(disks).map(({ disk }) => disk);
  return {
    verdict: 'block',
    found: msg('Cannot be copied: $0.', names.join(', ')),
    details: [
      msg('libvirt copies disks that the VM writes to, from files, devices and volumes.'),
      fit.length === 0 ? msg('This VM has none of those.') : msg('Those of this VM are: $0.', fit.join(', ')),
    ],
    remedies: [
      {
        text: msg('Leave it out.'),
        action: { kind: 'copy-disks', disks: chosen.filter((name) => !names.includes(name)) },
      },
    ],
  };
}

/** How the destination's storage could be looked at. */
function lookThere(
  shell: FactResult<HostReading>,
  storage: FactResult<DestinationStorage>,
): {
  files?: HostReading['files'];
  pools?: DestinationStorage;
  why: ReturnType<typeof msg>;
} {
  return {
    ...(shell.available ? { files: shell.value.files } : {}),
    ...(storage.available ? { pools: storage.value } : {}),
    why: shell.available ? msg('the destination could not be looked at') : shell.why,
  };
}
