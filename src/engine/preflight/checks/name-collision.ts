// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import { isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable } from '../fact.ts';
import { destinationFact } from '../facts/destination.ts';
import { type DestinationCopy, destinationCopyFact } from '../facts/destination-copy.ts';
import {
  type DestinationDomains,
  destinationDomainsFact,
  type KnownDomain,
} from '../facts/destination-domains.ts';
import { domainFact } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { compareFiles } from '../judging/same-file.ts';
import { isFileSystemOfOneHost } from '../judging/shared-file-system.ts';

/** The VM's name and UUID, and the host that may have it already. */
interface Wanted {
  readonly host: string;
  readonly name: string;
  /** As in virsh's list, which pads the column with spaces: spaces at the end of a name are lost. */
  readonly listed: string;
  readonly uuid: string;
}

function hasUuid({ uuid }: KnownDomain, wanted: Wanted): boolean {
  return uuid.toLowerCase() === wanted.uuid.toLowerCase();
}

function judgeSameName(other: KnownDomain, { host, name, uuid }: Wanted): Judgement {
  return {
    verdict: 'block',
    found: msg('Another VM on $0 is already called $1.', host, name),
    details: [msg('The UUID of the other VM is $0, that of this VM is $1.', other.uuid, uuid)],
    remedies: [
      {
        text: msg('Rename the other VM on $0. It has to be shut off for that.', host),
        command: shellCommand('virsh', 'domrename', '--', other.uuid, `${name}-old`),
        host: 'destination',
      },
    ],
  };
}

/**
 * A temporary migration left a copy, and then the VM was also started on this host. One of the two has to be forced off: a shutdown
 * would write its cached data to a disk that the other one has changed.
 */
function judgeCopy({ host, uuid }: Wanted): Judgement {
  const command = shellCommand('virsh', 'destroy', uuid);
  return {
    verdict: 'block',
    found: msg(
      'A copy of this VM runs on $0, left by a temporary migration: same name and UUID, no definition. Two VMs that write to one disk destroy its content.',
      host,
    ),
    remedies: [
      {
        text: msg('Force off the copy on $0, to keep the VM on this host. The copy then vanishes.', host),
        command,
        host: 'destination',
      },
      {
        text: msg(
          'Force off the VM on this host, to keep the copy. Then migrate the copy back from $0.',
          host,
        ),
        command,
        host: 'source',
      },
    ],
  };
}

function judgeActive({ host, uuid }: Wanted): Judgement {
  return {
    verdict: 'block',
    found: msg(
      'A VM with the UUID of this VM is active on $0. Two VMs that write to one disk destroy its content.',
      host,
    ),
    remedies: [
      { text: msg('Decide which of the two VMs is the right one, and force the other one off.') },
      {
        text: msg('Show the VM on $0.', host),
        command: shellCommand('virsh', 'dominfo', uuid),
        host: 'destination',
      },
    ],
  };
}

function judgeOtherName(known: KnownDomain, { host, name, uuid }: Wanted): Judgement {
  return {
    verdict: 'block',
    found: msg(
      '$0 has a definition of this VM under another name, $1, so libvirt refuses.',
      host,
      known.name,
    ),
    remedies: [
      {
        text: msg('Rename the VM on $0 to $1, or remove the old definition there.', host, name),
        command: shellCommand('virsh', 'domrename', '--', uuid, name),
        host: 'destination',
      },
    ],
  };
}

function judgeSaved(saved: readonly string[] | undefined, { host, uuid }: Wanted): Judgement | undefined {
  if (saved === undefined)
    throw new FactUnavailable({
      why: msg(
        'Not checked: $0 has a definition of this VM, but did not say whether a saved state exists.',
        host,
      ),
      remedies: [
        {
          text: msg('Show the VMs on $0 that have a saved state.', host),
          command: shellCommand('virsh', 'list', '--inactive', '--with-managed-save'),
          host: 'destination',
        },
      ],
    });
  if (!saved.includes(uuid.toLowerCase())) return undefined;
  return {
    verdict: 'block',
    found: msg(
      '$0 has an old saved state of this VM (virsh managedsave). The next start there continues with old memory on newer disks, and destroys their content.',
      host,
    ),
    remedies: [
      {
        text: msg('Remove the saved state on $0, if nobody needs it.', host),
        command: shellCommand('virsh', 'managedsave-remove', uuid),
        host: 'destination',
      },
    ],
  };
}

function judgeDefined({ host, name, uuid }: Wanted, temporary: boolean): Judgement {
  return {
    verdict: 'warn',
    found: temporary
      ? msg(
          '$0 has a definition of this VM, shut off. The copy uses this definition and leaves it there.',
          host,
        )
      : msg('$0 has an older definition of this VM, shut off. The migration replaces it.', host),
    remedies: [
      {
        text: msg('Save the definition on $0 to a file, if you still need it.', host),
        command: `${shellCommand('virsh', 'dumpxml', '--inactive', uuid)} > ${shellCommand(`./${name}.xml`)}`,
        host: 'destination',
      },
    ],
  };
}

/** The folder in which the system's libvirt stores definitions. */
const definitions = '/etc/libvirt/qemu';

/**
 * Both hosts store their definitions in one shared folder, which libvirt forbids (docs/migration.rst): after the migration, this
 * host removes the file that the destination has just written. A local folder is not shared, although it looks the same on cloned
 * hosts.
 */
function judgeOneFolder(
  source: FactResult<HostReading>,
  shell: FactResult<HostReading>,
  host: string,
): Judgement | undefined {
  const here = source.available ? source.value.files.get(definitions) : undefined;
  const there = shell.available ? shell.value.files.get(definitions) : undefined;
  if (here?.exists !== true || there?.exists !== true) return undefined;
  if (isFileSystemOfOneHost(here) || isFileSystemOfOneHost(there)) return undefined;
  if (compareFiles(here, there, { name: host }).kind !== 'same') return undefined;
  return {
    verdict: 'block',
    found: msg(
      'This host and $0 keep their definitions in one folder: $1. After the migration, this host removes the definition that $0 has just written.',
      host,
      definitions,
    ),
    remedies: [
      {
        text: msg('Give each host a folder $0 of its own, and restart libvirt on both.', definitions),
      },
      {
        text: msg('Show where the folder is.'),
        command: shellCommand('findmnt', '-T', definitions),
        host: 'destination',
      },
    ],
  };
}

/** The destination has this VM itself. */
function judgeSameUuid(
  same: KnownDomain,
  wanted: Wanted,
  known: DestinationDomains,
  twin: FactResult<DestinationCopy>,
  temporary: boolean,
): Judgement {
  const sameName = same.name === wanted.listed;
  if (same.active) {
    // An incoming VM has no definition until it has arrived.
    const arriving = known.arriving?.includes(wanted.listed) === true;
    const transient = twin.available && twin.value === 'transient';
    return sameName && transient && !arriving ? judgeCopy(wanted) : judgeActive(wanted);
  }
  if (!sameName) return judgeOtherName(same, wanted);
  return judgeSaved(known.saved, wanted) ?? judgeDefined(wanted, temporary);
}

/** Does the destination have another VM with this name, or this VM itself? */
export const nameCollisionCheck = defineCheck({
  id: 'name-collision',
  title: msg('Name and UUID'),
  group: 'host',
  why: msg(
    'A host can have each name and each UUID only once. A definition of this VM that the destination already has is replaced.',
  ),
  needs: { domain: domainFact, known: destinationDomainsFact, destination: destinationFact },
  wants: { twin: destinationCopyFact, source: sourceShellFact, shell: destinationShellFact },
  judge: ({ domain, known, destination, twin, source, shell }, plan): Judgement => {
    const { name, uuid } = domain.config;
    const wanted: Wanted = { host: destination.parts.host, name, listed: name.trimEnd(), uuid };
    const sameName = known.domains.find((other) => other.name === wanted.listed && !hasUuid(other, wanted));
    if (sameName !== undefined) return judgeSameName(sameName, wanted);
    const same = known.domains.find((other) => hasUuid(other, wanted));
    // A temporary migration removes no definition.
    const oneFolder = isTemporary(plan) ? undefined : judgeOneFolder(source, shell, wanted.host);
    if (oneFolder !== undefined) return oneFolder;
    return same === undefined
      ? { verdict: 'pass', found: msg('$0 has no VM with this name or UUID.', wanted.host) }
      : judgeSameUuid(same, wanted, known, twin, isTemporary(plan));
  },
});
