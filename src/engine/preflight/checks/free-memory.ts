// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, sizeText } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { destinationMemoryFact } from '../facts/destination-memory.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';

/** Does the destination have enough memory for the VM? */
export const freeMemoryCheck = defineCheck({
  id: 'free-memory',
  title: msg('Free memory'),
  group: 'cpu-memory',
  why: msg('A host that runs out of memory ends its largest programs. These are VMs: this one, or others.'),
  needs: { domain: domainFact, memory: destinationMemoryFact },
  wants: { shell: destinationShellFact },
  judge: ({ domain, memory, shell }): Judgement => {
    if (domain.config.resources.hugepages !== undefined)
      return { verdict: 'not-applicable', found: msg('The VM uses huge pages.') };
    const needed = domain.memoryBytes;
    // MemAvailable includes caches that the kernel can free. libvirt reports only the simple figures.
    const kernel = shell.available ? shell.value.memory : undefined;
    const available = kernel?.availableBytes ?? memory.freeBytes;
    const swap = kernel?.freeSwapBytes ?? 0;
    const details = [
      msg('The destination has $0 of memory; $1 is free.', sizeText(memory.totalBytes), sizeText(available)),
      ...(swap === 0 ? [] : [msg('The destination has $0 of free swap space.', sizeText(swap))]),
    ];
    const free = {
      text: msg('Shut off or migrate other VMs on the destination, or choose another destination.'),
    };
    if (needed > available + swap)
      return {
        verdict: 'block',
        found: msg(
          'The VM needs $0 of memory; the destination has $1 free.',
          sizeText(needed),
          sizeText(available),
        ),
        details,
        remedies: [free],
        override: {
          risk: msg(
            'When the VM uses all of its memory, the destination ends programs. Other VMs may be among them.',
          ),
        },
      };
    if (needed > available)
      return {
        verdict: 'warn',
        found: msg(
          'The VM needs $0 of memory; the destination has $1 free and would have to swap.',
          sizeText(needed),
          sizeText(available),
        ),
        details,
        remedies: [free],
      };
    return {
      verdict: 'pass',
      found: msg(
        'The VM needs $0 of memory; the destination has $1 free.',
        sizeText(needed),
        sizeText(available),
      ),
      details,
    };
  },
});
