// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { beginPhaseFact } from '../facts/begin-phase.ts';
import type { Judgement } from '../finding.ts';

/** Have libvirt of this host, or the VM's QEMU, anything against a migration? */
export const qemuBlockersCheck = defineCheck({
  id: 'qemu-blockers',
  title: msg('What libvirt and QEMU say'),
  group: 'guest',
  why: msg(
    'Some devices and states cannot be sent, and which they are changes with every version. So libvirt itself is asked, and through it the running QEMU.',
  ),
  needs: { rehearsal: beginPhaseFact },
  judge: ({ rehearsal }): Judgement =>
    rehearsal.kind === 'allowed'
      ? { verdict: 'pass', found: msg('Asked, they have nothing against a migration of this VM.') }
      : {
          verdict: 'block',
          found: msg('libvirt refuses to migrate this VM.'),
          original: rehearsal.original,
          remedies: [
            {
              text: msg(
                'Take away what it names: detach the device, or end the job. Other checks may say how. Then check again.',
              ),
            },
          ],
        },
});
