// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import type { ValidDestination } from '../../destination/index.ts';
import { isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { destinationFact } from '../facts/destination.ts';
import { destinationCopyFact } from '../facts/destination-copy.ts';
import { destinationDomainsFact } from '../facts/destination-domains.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/**
 * A temporary migration leaves a copy there; then the VM was started here, too. The one that is not to stay is not asked to shut
 * down: what it still has to write would go onto a disk that the other one has changed.
 */
function leftByMigration(uuid: string, { parts: { host } }: ValidDestination): Judgement {
  const command = shellCommand('virsh', 'destroy', uuid);
  return {
    verdict: 'block',
    found: msg(
      'A copy of this VM runs on $0, left by a temporary migration: it has this name and UUID, and no definition there. Two of it on one disk destroy the disk.',
      host,
    ),
    remedies: [
      {
        text: msg('If this one is to stay, force the copy off. It then vanishes from $0.', host),
        command,
        host: 'destination',
      },
      {
        text: msg('If the copy is to stay, force this one off, and migrate the copy back from $0.', host),
        command,
        host: 'source',
      },
    ],
  };
}

/** Does the destination know another VM of that name, or this very VM? */
export const nameCollisionCheck = defineCheck({
  id: 'name-collision',
  title: msg('Name on the destination'),
  group: 'host',
  why: msg(
    'A host can have a name and a UUID only once. A definition of this VM that lies there already would be replaced.',
  ),
  needs: { domain: domainFact, known: destinationDomainsFact, destination: destinationFact },
  wants: { twin: destinationCopyFact },
  judge: ({ domain, known, destination, twin }, plan): Judgement => {
    const { name, uuid } = domain.config;
    const virsh = (...argv: string[]): string => shellCommand('virsh', ...argv);
    const sameUuid = known.domains.find((other) => other.uuid.toLowerCase() === uuid.toLowerCase());
    // virsh's list does not tell blanks at the end of a name from those that fill the column.
    const listed = name.trimEnd();
    const sameName = known.domains.find(
      (other) => other.name === listed && other.uuid.toLowerCase() !== uuid.toLowerCase(),
    );
    if (sameName !== undefined) {
      return {
        verdict: 'block',
        found: msg('Another VM on $0 is called $1 already.', destination.parts.host, name),
        details: [msg('Its UUID is $0, that of this VM is $1.', sameName.uuid, uuid)],
        remedies: [
          {
            text: msg('Give the other one a new name (it has to be shut off), or rename this one.'),
            command: virsh('domrename', '--', sameName.uuid, `${name}-old`),
            host: 'destination',
          },
        ],
      };
    }
    if (sameUuid === undefined) {
      return { verdict: 'pass', found: msg('$0 knows no VM of this name or UUID.', destination.parts.host) };
    }
    // One that is arriving has no definition either, until it has arrived.
    const leftBehind =
      twin.available && twin.value === 'transient' && known.arriving?.includes(listed) !== true;
    if (sameUuid.active && sameUuid.name === listed && leftBehind) return leftByMigration(uuid, destination);
    if (sameUuid.active) {
      return {
        verdict: 'block',
        found: msg(
          'This VM, by its UUID, is active on $0 already. Two of it on one disk destroy the disk.',
          destination.parts.host,
        ),
        remedies: [
          {
            text: msg('Find out which of the two is the right one before anything else.'),
            command: virsh('dominfo', uuid),
            host: 'destination',
          },
        ],
      };
    }
    if (sameUuid.name !== listed) {
      return {
        verdict: 'block',
        found: msg(
          '$0 has this VM defined under another name, $1. libvirt refuses that.',
          destination.parts.host,
          sameUuid.name,
        ),
        remedies: [
          {
            text: msg('Give it the same name there, or take the old definition away.'),
            command: virsh('domrename', '--', uuid, name),
            host: 'destination',
          },
        ],
      };
    }
    if (known.saved === undefined)
      throw new FactUnavailable({
        why: msg(
          '$0 has a definition of this VM, shut off, and did not tell whether it keeps its memory with it.',
          destination.parts.host,
        ),
        remedies: [
          {
            text: msg('See whether there is a saved state of it.'),
            command: virsh('list', '--inactive', '--with-managed-save'),
            host: 'destination',
          },
        ],
      });
    if (known.saved.includes(uuid.toLowerCase()))
      return {
        verdict: 'block',
        found: msg(
          '$0 keeps old memory of this VM (virsh managedsave). The next start there would go on from it, on disks that are newer, and destroy what is on them.',
          destination.parts.host,
        ),
        remedies: [
          {
            text: msg('Remove that saved state, if nobody needs it.'),
            command: virsh('managedsave-remove', uuid),
            host: 'destination',
          },
        ],
      };
    return {
      verdict: 'warn',
      found: isTemporary(plan)
        ? msg(
            '$0 has a definition of this VM, shut off. The copy will run under it and leave it there.',
            destination.parts.host,
          )
        : msg(
            '$0 has an older definition of this VM, shut off. It will be replaced.',
            destination.parts.host,
          ),
      remedies: [
        {
          text: msg('Keep a copy of the definition there if you still need it.'),
          command: virsh('dumpxml', '--inactive', uuid),
          host: 'destination',
        },
      ],
    };
  },
});
