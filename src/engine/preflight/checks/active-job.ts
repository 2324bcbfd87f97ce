// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/** Does a block job of the VM run? libvirt does not migrate during one. */
export const activeJobCheck = defineCheck({
  id: 'active-job',
  title: msg('Disk jobs'),
  group: 'storage',
  why: msg(
    'While a disk is being copied or committed (a backup, a move to other storage), libvirt refuses to migrate the VM.',
  ),
  needs: { domain: domainFact },
  judge: ({ domain }): Judgement => {
    const { uuid, mirrors } = domain.config;
    const [first] = mirrors;
    if (first === undefined)
      return { verdict: 'pass', found: msg('No disk of the VM is being copied or committed.') };
    return {
      verdict: 'block',
      found: msg('Disk $0 is busy with a job: $1.', first.target, first.job),
      details: mirrors.slice(1).map(({ target, job }) => msg('Disk $0 is busy with a job: $1.', target, job)),
      remedies: [
        {
          text: msg('Wait until the job of disk $0 ends. Show its progress:', first.target),
          command: shellCommand('virsh', 'blockjob', '--info', '--', uuid, first.target),
          host: 'source',
        },
        {
          text: msg(
            'Abort the job of disk $0. The disk stays as it is; the copy is not complete.',
            first.target,
          ),
          command: shellCommand('virsh', 'blockjob', '--abort', '--', uuid, first.target),
          host: 'source',
        },
      ],
    };
  },
});
