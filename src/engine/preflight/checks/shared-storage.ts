// SPDX-License-Identifier: LGPL-2.1-or-later

import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { type Message, msg, type Remedy } from '../../base/index.ts';
import { copiedDisks } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable } from '../fact.ts';
import { destinationVolumeFilesFact } from '../facts/destination-volume-files.ts';
import { copyableDisks, diskCopiesFact } from '../facts/disk-copies.ts';
import { diskFilesFact } from '../facts/disk-files.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import { compareVersions, sourceVersionsFact, type Versions } from '../facts/versions.ts';
import { type DestinationStorage, destinationStorageFact } from '../facts/volumes.ts';
import type { Judgement } from '../finding.ts';
import { type DestinationHost, destinationHost } from '../judging/destination-host.ts';
import type { DiskVerdict, StorageThere } from '../judging/disk-verdict.ts';
import { judgeDisks } from '../judging/disk-verdicts.ts';

/** The facts for the verdicts, and the choices. */
interface Chosen {
  readonly copied: readonly string[];
  readonly config: Pick<DomainConfig, 'disks'>;
  readonly to: DestinationHost;
}

function distinct(verdicts: readonly DiskVerdict[]): readonly Remedy[] {
  return [
    ...new Map(
      verdicts.flatMap(({ remedies }) => remedies).map((remedy) => [JSON.stringify(remedy), remedy]),
    ).values(),
  ];
}

function judgeBlocked(
  blocked: readonly [DiskVerdict, ...DiskVerdict[]],
  details: readonly Message[],
  { copied, config, to }: Chosen,
): Judgement {
  const [worst] = blocked;
  const [first, ...others] = [...copying(blocked, copied, config), ...distinct(blocked)];
  return {
    verdict: 'block',
    found:
      blocked.length === 1
        ? worst.found
        : msg('$0 disks or disk images cannot be used on $1.', blocked.length, to.name),
    details,
    remedies: [first ?? { text: msg('Move $0 to storage that both hosts share.', worst.disk) }, ...others],
    // Only if the admin can override each of them.
    ...(worst.risk !== undefined && blocked.every(({ risk }) => risk !== undefined)
      ? { override: { risk: worst.risk } }
      : {}),
  };
}

function judgeWarned(
  warned: readonly [DiskVerdict, ...DiskVerdict[]],
  details: readonly Message[],
  { to }: Chosen,
): Judgement {
  const [worst] = warned;
  const [first, ...others] = distinct(warned);
  return {
    verdict: 'warn',
    found: worst.found,
    details,
    remedies: [
      first ?? { text: msg('Make sure that $0 on $1 is the same disk.', worst.disk, to.name) },
      ...others,
    ],
  };
}

function passed(
  verdicts: readonly DiskVerdict[],
  details: readonly Message[],
  { copied, to }: Chosen,
): Judgement {
  return {
    verdict: 'pass',
    found:
      verdicts.length === 0
        ? msg('The VM has no disk.')
        : copied.length === 0
          ? msg('Both hosts have the same disks.')
          : msg('All disks are copied to $0, or both hosts have the same ones.', to.name),
    details,
  };
}

/** If the disks are not proved to be the same, the check does not pass. */
function notProved(
  unknown: readonly [DiskVerdict, ...DiskVerdict[]],
  details: readonly Message[],
  { to }: Chosen,
  original: string | undefined,
): FactUnavailable {
  const [first] = unknown;
  return new FactUnavailable({
    why:
      unknown.length === 1
        ? first.found
        : msg('$0 disks or disk images are not proved to be the same on $1.', unknown.length, to.name),
    details,
    remedies: distinct(unknown),
    ...(original === undefined ? {} : { original }),
  });
}

/** Verdicts of one kind; undefined if there is none. */
function ofKind(
  verdicts: readonly DiskVerdict[],
  kind: DiskVerdict['verdict'],
): readonly [DiskVerdict, ...DiskVerdict[]] | undefined {
  const [first, ...others] = verdicts.filter(({ verdict }) => verdict === kind);
  return first === undefined ? undefined : [first, ...others];
}

/** Does the destination have the same disks as this host, or are they copied to it? */
export const sharedStorageCheck = defineCheck({
  id: 'shared-storage',
  title: msg('Shared storage'),
  group: 'storage',
  why: msg(
    'Both hosts need the very same disks, or the migration has to copy them. Otherwise the VM loses their content.',
  ),
  needs: { domain: domainFact, disks: diskFilesFact, source: sourceShellFact, copies: diskCopiesFact },
  wants: {
    shell: destinationShellFact,
    storage: destinationStorageFact,
    volumes: destinationVolumeFilesFact,
    versions: sourceVersionsFact,
  },
  judge: ({ domain, disks, source, copies, shell, storage, volumes, versions }, plan): Judgement => {
    const chosen = { copied: copiedDisks(plan), config: domain.config, to: destinationHost(plan) };
    if (copies.unfit.length > 0) return unfit(copies.unfit, chosen);
    // Another check judges media in drives, but libvirt treats a writable floppy as a disk.
    const files = disks.filter(({ removable, role }) => !removable || role === 'disk');
    const there = lookThere(shell, storage, volumes, chosen.to);
    const here = obeyed(source, versions);
    const verdicts = judgeDisks(domain.config, files, here, there, copies.disks, domain.migratable);
    const details = verdicts.map(({ found }) => found);
    const blocked = ofKind(verdicts, 'block');
    if (blocked !== undefined) return judgeBlocked(blocked, details, chosen);
    const unknown = ofKind(verdicts, 'unknown');
    if (unknown !== undefined)
      throw notProved(unknown, details, chosen, shell.available ? undefined : shell.original);
    const warned = ofKind(verdicts, 'warn');
    return warned === undefined ? passed(verdicts, details, chosen) : judgeWarned(warned, details, chosen);
  },
});

/** What the dialog can do about disks with problems: copy more of them, or copy fewer. */
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
            text: msg('Copy $0 with the migration.', more.join(', ')),
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
            text: msg('Do not copy $0.', less.join(', ')),
            action: { kind: 'copy-disks' as const, disks: chosen.filter((name) => !less.includes(name)) },
          },
        ]),
  ];
}

/** Names that were chosen for copying, but do not belong to disks that can be copied. */
function unfit(names: readonly string[], { copied, config: { disks } }: Chosen): Judgement {
  const fit = copyableDisks(disks).map(({ disk }) => disk);
  return {
    verdict: 'block',
    found: msg(
      'Cannot be copied: $0. A migration copies only disks that the VM writes to and that are files, devices or volumes.',
      names.join(', '),
    ),
    details: [
      fit.length === 0
        ? msg('This VM has no disk that can be copied.')
        : msg('These disks of the VM can be copied: $0.', fit.join(', ')),
    ],
    remedies: [
      {
        text: msg('Do not copy $0.', names.join(', ')),
        action: { kind: 'copy-disks', disks: copied.filter((name) => !names.includes(name)) },
      },
    ],
  };
}

/** libvirt before 10.9 ignores shared_filesystems. */
function obeyed(source: HostReading, versions: FactResult<Versions>): HostReading {
  if (!versions.available || compareVersions(versions.value.libvirt, '10.9.0') >= 0) return source;
  const settings = [...source.settings].filter(([name]) => name !== 'shared_filesystems');
  return { ...source, settings: new Map(settings) };
}

/** The destination's storage, as far as it is known. */
function lookThere(
  shell: FactResult<HostReading>,
  storage: FactResult<DestinationStorage>,
  volumes: FactResult<HostReading['files']>,
  host: DestinationHost,
): StorageThere {
  return {
    host,
    ...(shell.available
      ? { files: new Map([...shell.value.files, ...(volumes.available ? volumes.value : [])]) }
      : {}),
    ...(storage.available ? { pools: storage.value } : {}),
    why: shell.available ? msg('$0 did not show the file.', host.name) : shell.why,
  };
}
