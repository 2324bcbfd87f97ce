// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, sizeText } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { destinationMemoryFact } from '../facts/destination-memory.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';

/** Has the destination memory for the VM? */
export const freeMemoryCheck = defineCheck({
  id: 'free-memory',
  title: msg('Memory'),
  group: 'cpu-memory',
  why: msg(
    'A destination that runs out of memory ends programs to get some, and a VM is the largest of them. It need not be this one.',
  ),
  needs: { domain: domainFact, memory: destinationMemoryFact },
  wants: { shell: destinationShellFact },
  judge: ({ domain, memory, shell }): Judgement => {
    if (domain.config.resources.hugepages !== undefined)
      return { verdict: 'not-applicable', found: msg('The memory of the VM is of huge pages.') };
    const needed = domain.memoryBytes;
    // The kernel's own reckoning knows what of its caches it can give away; libvirt passes the plain figures on.
    const kernel = shell.available ? shell.value.memory : undefined;
    const available = kernel?.availableBytes ?? memory.freeBytes;
    const swap = kernel?.freeSwapBytes ?? 0;
    const details = [
      msg('The destination has $0, of which $1 are free.', sizeText(memory.totalBytes), sizeText(available)),
      ...(swap === 0 ? [] : [msg('It has $0 of free swap space.', sizeText(swap))]),
    ];
    const free = { text: msg('Shut off or move other VMs there, or choose another destination.') };
    if (needed > available + swap)
      return {
        verdict: 'block',
        found: msg(
          'The VM has $0 of memory, the destination has $1 free.',
          sizeText(needed),
          sizeText(available),
        ),
        details,
        remedies: [free],
        override: {
          risk: msg('When the VM uses its memory, the destination ends programs, other VMs among them.'),
        },
      };
    if (needed > available)
      return {
        verdict: 'warn',
        found: msg(
          'The VM has $0 of memory, the destination has $1 free: it would have to use its swap space.',
          sizeText(needed),
          sizeText(available),
        ),
        details,
        remedies: [free],
      };
    return {
      verdict: 'pass',
      found: msg(
        'The VM has $0 of memory, the destination has $1 free.',
        sizeText(needed),
        sizeText(available),
      ),
      details,
    };
  },
});
