// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { copiedDisks, isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { definitionFact } from '../facts/definition.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';
import { destinationHost } from '../judging/destination-host.ts';

function noAutostart(uuid: string): Remedy {
  return {
    text: msg('Turn autostart off on this host until the copy is shut off.'),
    command: shellCommand('virsh', 'autostart', '--disable', uuid),
    host: 'source',
  };
}

function judgeCopied(
  copied: readonly string[],
  starting: readonly Message[],
  uuid: string,
  name: string,
): Judgement {
  const disks = copied.join(', ');
  return {
    verdict: 'warn',
    found: msg(
      'What the VM writes to $0 on $1 stays on $1 only. This host keeps $0 as it was when the VM left.',
      disks,
      name,
    ),
    details: starting,
    remedies: [
      {
        text: msg(
          'To keep what the VM writes, migrate it back from $1 with $0 before it is shut off, or migrate permanently.',
          disks,
          name,
        ),
      },
      ...(starting.length === 0 ? [] : [noAutostart(uuid)]),
    ],
  };
}

/** What a temporary migration means for this VM. */
export const temporaryRulesCheck = defineCheck({
  id: 'temporary-rules',
  title: msg('Temporary migration'),
  group: 'guest',
  why: msg(
    'A temporary migration leaves the definition on this host, shut off, while a copy of the VM runs on the destination. Started here at the same time, the VM destroys disks that both hosts share.',
  ),
  needs: { domain: domainFact, definition: definitionFact },
  judge: ({ domain, definition: { persistent, autostart } }, plan): Judgement => {
    const { uuid } = domain.config;
    const { name } = destinationHost(plan);
    if (!isTemporary(plan)) return { verdict: 'not-applicable', found: msg('The migration is permanent.') };
    if (!persistent)
      return {
        verdict: 'warn',
        found: msg('The VM is transient: this host has no definition that could stay.'),
        remedies: [
          {
            text: msg(
              'To keep the VM, migrate permanently. After a temporary migration the VM is gone when it is shut off on $0.',
              name,
            ),
          },
        ],
      };
    const copied = copiedDisks(plan);
    const starting = msg('The VM starts with this host, even while its copy runs on $0.', name);
    if (copied.length > 0) return judgeCopied(copied, autostart ? [starting] : [], uuid, name);
    return autostart
      ? { verdict: 'warn', found: starting, remedies: [noAutostart(uuid)] }
      : { verdict: 'pass', found: msg('The definition stays on this host and does not start by itself.') };
  },
});
