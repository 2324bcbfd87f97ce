// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, sizeText } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { type FreePages, freePagesFact } from '../facts/destination-memory.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/** The smallest huge pages of the host: the kernel's default on x86 and Arm. */
function defaultSize(pages: FreePages): number {
  const [, second] = [...pages.keys()].sort((a, b) => a - b);
  return second ?? 2 * 2 ** 20;
}

/** Does the destination have enough free huge pages for the VM? */
export const hugepagesCheck = defineCheck({
  id: 'hugepages',
  title: msg('Huge pages'),
  group: 'cpu-memory',
  why: msg('A VM that uses huge pages starts only on a host with enough free pages of that size.'),
  needs: { domain: domainFact },
  wants: { pages: freePagesFact },
  judge: ({ domain, pages }): Judgement => {
    const wanted = domain.config.resources.hugepages;
    if (wanted === undefined) return { verdict: 'not-applicable', found: msg('The VM uses ordinary pages.') };
    const there = required(pages);
    const size = wanted.sizeBytes ?? defaultSize(there);
    const count = Math.ceil(domain.config.memoryBytes / size);
    const free = there.get(size) ?? 0;
    const found = msg(
      'The VM needs $0 pages of $1; the destination has $2 free.',
      count,
      sizeText(size),
      free,
    );
    if (free >= count) return { verdict: 'pass', found };
    return {
      verdict: 'block',
      found,
      remedies: [
        {
          text: msg(
            'Allocate more pages of $0 on the destination. This works best right after the host has started.',
            sizeText(size),
          ),
          command: `virsh allocpages ${size / 1024} ${count - free} --add`,
          host: 'destination',
        },
      ],
    };
  },
});
