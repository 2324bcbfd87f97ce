// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineCheck } from '../check.ts';
import { definitionFact } from '../facts/definition.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';
import { msg } from '../message.ts';
import { shellCommand } from '../shell-quote.ts';

/** What a temporary migration means for this VM. */
export const temporaryRulesCheck = defineCheck({
  id: 'temporary-rules',
  title: msg('Rules of a temporary migration'),
  why: msg(
    'After a temporary migration the definition stays here, shut off, while a copy of the VM runs on the same disks elsewhere. Started here meanwhile, it destroys them.',
  ),
  needs: { domain: domainFact, definition: definitionFact },
  judge: ({ domain, definition: { persistent, autostart } }, plan): Judgement => {
    if (plan.flagNames.includes('PERSIST_DEST'))
      return { verdict: 'not-applicable', found: msg('The migration is permanent.') };
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
    if (autostart) {
      return {
        verdict: 'warn',
        found: msg('It starts with this host, also while its copy runs on the destination.'),
        remedies: [
          {
            text: msg('Turn autostart off before this host is started anew, until the copy is shut off.'),
            command: shellCommand('virsh', 'autostart', '--disable', domain.config.uuid),
            host: 'source',
          },
        ],
      };
    }
    return { verdict: 'pass', found: msg('Its definition stays here, and does not start by itself.') };
  },
});
