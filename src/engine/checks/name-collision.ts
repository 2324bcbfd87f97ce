// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineCheck } from '../check.ts';
import { destinationFact } from '../facts/destination.ts';
import { destinationDomainsFact } from '../facts/destination-domains.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';
import { msg } from '../message.ts';
import { isTemporary } from '../plan.ts';
import { shellCommand } from '../shell-quote.ts';

/** Does the destination know another VM of that name, or this very VM? */
export const nameCollisionCheck = defineCheck({
  id: 'name-collision',
  title: msg('Name on the destination'),
  why: msg(
    'A host can have a name and a UUID only once. A definition of this VM that lies there already would be replaced.',
  ),
  needs: { domain: domainFact, known: destinationDomainsFact, destination: destinationFact },
  judge: ({ domain, known, destination }, plan): Judgement => {
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
            command: virsh('domrename', sameName.uuid, `${name}-old`),
            host: 'destination',
          },
        ],
      };
    }
    if (sameUuid === undefined) {
      return { verdict: 'pass', found: msg('$0 knows no VM of this name or UUID.', destination.parts.host) };
    }
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
            command: virsh('domrename', uuid, name),
            host: 'destination',
          },
        ],
      };
    }
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
