// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import { copiedDisks } from '../../plan/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/**
 * Are the cache modes of the disks safe? QEMU 4.0 and newer drops its caches of a file when the VM arrives (libvirt:
 * QEMU_CAPS_MIGRATION_FILE_DROP_CACHE). So only the mode that never flushes is a risk.
 */
export const diskCacheCheck = defineCheck({
  id: 'disk-cache',
  title: msg('Disk caches'),
  group: 'storage',
  why: msg(
    'What the guest wrote has to be on the storage when the VM continues on the destination. Otherwise the disk is damaged.',
  ),
  needs: { domain: domainFact },
  judge: ({ domain }, plan): Judgement => {
    // A copied disk is read through the cache, and the rest of it is sent while the VM pauses.
    const copied = copiedDisks(plan);
    const writable = domain.config.disks.filter(
      ({ readOnly, source, target }) => !readOnly && source !== undefined && !copied.includes(target),
    );
    if (writable.length === 0)
      return {
        verdict: 'not-applicable',
        found:
          copied.length === 0
            ? msg('The VM writes to no disk.')
            : msg('The migration copies all disks that the VM writes to.'),
      };
    const unsafe = writable.filter(({ cache }) => cache === 'unsafe').map(({ target }) => target);
    if (unsafe.length > 0)
      return {
        verdict: 'warn',
        found: msg(
          'The cache mode of $0 is unsafe. What the guest wrote may not be on the storage when the VM continues there.',
          unsafe.join(', '),
        ),
        remedies: [
          {
            text: msg(
              "Set cache='none' for $0 in the definition, shut the VM off and start it again.",
              unsafe.join(', '),
            ),
            command: shellCommand('virsh', 'edit', domain.config.uuid),
            host: 'source',
          },
        ],
      };
    return { verdict: 'pass', found: msg('The cache modes of all disks are safe to migrate.') };
  },
});
