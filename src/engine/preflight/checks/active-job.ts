// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/** Is a disk of the VM being copied by a block job, during which libvirt migrates no VM? */
export const activeJobCheck = defineCheck({
  id: 'active-job',
  title: msg('Jobs of its disks'),
  group: 'storage',
  why: msg(
    'While a disk is being copied or committed (a backup, a move to other storage), libvirt refuses to migrate the VM.',
  ),
  needs: { domain: domainFact },
  judge: ({ domain }): Judgement => {
    const { uuid, mirrors } = domain.config;
    const [first] = mirrors;
    if (first === undefined) return { verdict: 'pass', found: msg('None of its disks is being copied.') };
    return {
      verdict: 'block',
      found: msg('A job of its disk $0 is under way: $1', first.target, first.job),
      details: mirrors.slice(1).map(({ target, job }) => msg('And of its disk $0: $1', target, job)),
      remedies: [
        {
          text: msg('Wait until it is done, and look how far it is:'),
          command: shellCommand('virsh', 'blockjob', '--info', '--', uuid, first.target),
          host: 'source',
        },
        {
          text: msg('Or end it. The disk stays as it is; the copy is of no use then.'),
          command: shellCommand('virsh', 'blockjob', '--abort', '--', uuid, first.target),
          host: 'source',
        },
      ],
    };
  },
});
