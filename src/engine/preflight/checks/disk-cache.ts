// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { copiedDisks } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/**
 * Do the disks' cache modes keep what the guest wrote? QEMU 4.0 and newer drops its caches of a file when the VM arrives
 * (libvirt: QEMU_CAPS_MIGRATION_FILE_DROP_CACHE), so that only the mode that never writes through is left.
 */
export const diskCacheCheck = defineCheck({
  id: 'disk-cache',
  title: msg('Disk caches'),
  group: 'storage',
  why: msg('What the guest has written must be on the storage when the VM goes on over there.'),
  needs: { domain: domainFact },
  judge: ({ domain }, plan): Judgement => {
    // What is copied is read through the cache, and the rest of it is sent when the VM pauses.
    const copied = copiedDisks(plan);
    const writable = domain.config.disks.filter(
      ({ readOnly, source, target }) => !readOnly && source !== undefined && !copied.includes(target),
    );
    if (writable.length === 0)
      return {
        verdict: 'not-applicable',
        found:
          copied.length === 0
            ? msg('The VM has no disk that it writes to.')
            : msg('The disks that the VM writes to are copied.'),
      };
    const unsafe = writable.filter(({ cache }) => cache === 'unsafe').map(({ target }) => target);
    if (unsafe.length > 0)
      return {
        verdict: 'warn',
        found: msg(
          'The cache mode of $0 is unsafe: what the guest wrote may not have reached the storage when the VM goes on there.',
          unsafe.join(', '),
        ),
        remedies: [
          { text: msg('Set the cache mode to none in the definition, shut the VM off and start it again.') },
        ],
      };
    return { verdict: 'pass', found: msg('The cache modes of its disks are safe to migrate.') };
  },
});
