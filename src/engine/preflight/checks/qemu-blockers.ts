// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { beginPhaseFact } from '../facts/begin-phase.ts';
import type { Judgement } from '../finding.ts';

/** Do libvirt of this host and the VM's QEMU accept a migration? */
export const qemuBlockersCheck = defineCheck({
  id: 'qemu-blockers',
  title: msg('Migration blockers'),
  group: 'guest',
  why: msg(
    'Some devices and states cannot be migrated, and which ones depends on the versions. So libvirt is asked, and through it the running QEMU.',
  ),
  needs: { beginPhase: beginPhaseFact },
  judge: ({ beginPhase }): Judgement =>
    beginPhase.kind === 'allowed'
      ? { verdict: 'pass', found: msg('Both libvirt and QEMU accept a migration of this VM.') }
      : {
          verdict: 'block',
          found: msg('This host refuses to migrate the VM.'),
          original: beginPhase.original,
          remedies: [
            {
              text: msg(
                'Remove what the original message names: detach the device, or end the job. Then check again.',
              ),
            },
          ],
        },
});
