// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { copiedDisks, isTemporary } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { definitionFact } from '../facts/definition.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

function noAutostart(uuid: string): Remedy {
  return {
    text: msg('Turn autostart off before this host is started anew, until the copy is shut off.'),
    command: shellCommand('virsh', 'autostart', '--disable', uuid),
    host: 'source',
  };
}

/** What a temporary migration means for this VM. */
export const temporaryRulesCheck = defineCheck({
  id: 'temporary-rules',
  title: msg('Rules of a temporary migration'),
  group: 'guest',
  why: msg(
    'After a temporary migration the definition stays here, shut off, while a copy of the VM runs elsewhere. Started here meanwhile on disks that both hosts share, it destroys them.',
  ),
  needs: { domain: domainFact, definition: definitionFact },
  judge: ({ domain, definition: { persistent, autostart } }, plan): Judgement => {
    if (!isTemporary(plan)) return { verdict: 'not-applicable', found: msg('The migration is permanent.') };
    if (!persistent) {
      return {
        verdict: 'warn',
        found: msg('The VM is transient: it has no definition on this host that could stay.'),
        remedies: [
          {
            text: msg('Once it is shut off on the destination, it is gone. To keep it, migrate permanently.'),
          },
        ],
      };
    }
    const copied = copiedDisks(plan);
    const starting = msg('It starts with this host, also while its copy runs on the destination.');
    if (copied.length > 0) {
      return {
        verdict: 'warn',
        found: msg(
          'What the VM writes to $0 while its copy runs is only on the destination. Started here again, it has what was there when it left.',
          copied.join(', '),
        ),
        details: autostart ? [starting] : [],
        remedies: [
          {
            text: msg(
              'To go on with what was written, migrate the copy back with its disks before it is shut off, or migrate permanently.',
            ),
          },
          ...(autostart ? [noAutostart(domain.config.uuid)] : []),
        ],
      };
    }
    if (autostart) {
      return {
        verdict: 'warn',
        found: starting,
        remedies: [noAutostart(domain.config.uuid)],
      };
    }
    return { verdict: 'pass', found: msg('Its definition stays here, and does not start by itself.') };
  },
});
