// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import { snapshotsFact } from '../facts/snapshots.ts';
import type { Judgement } from '../finding.ts';

/**
 * Does the VM have snapshots, with which libvirt does not migrate, or checkpoints, which libvirt loses? Seen with libvirt 9.0:
 * qemuMigrationSrcIsAllowed counts only snapshots.
 */
export const snapshotsCheck = defineCheck({
  id: 'snapshots',
  title: msg('Snapshots'),
  group: 'storage',
  why: msg(
    'Snapshots and checkpoints stay behind: libvirt refuses to migrate a VM with snapshots, and forgets the checkpoints.',
  ),
  needs: { domain: domainFact, known: snapshotsFact },
  judge: ({ domain, known: { snapshots, checkpoints } }): Judgement => {
    const { uuid } = domain.config;
    const [first, ...others] = [
      ...snapshots.map(
        (name): Remedy => ({
          text: msg('Delete the snapshot “$0”, if nobody needs to go back to it.', name),
          command: shellCommand('virsh', 'snapshot-delete', uuid, '--snapshotname', name),
          host: 'source',
        }),
      ),
      ...checkpoints.map(
        (name): Remedy => ({
          text: msg('Delete the checkpoint “$0”. The next backup is then a full one.', name),
          command: shellCommand('virsh', 'checkpoint-delete', uuid, '--checkpointname', name),
          host: 'source',
        }),
      ),
    ];
    if (first === undefined)
      return { verdict: 'pass', found: msg('The VM has no snapshot and no checkpoint.') };
    const details = [...snapshots, ...checkpoints].map((name) => msg('$0', name));
    const remedies = [first, ...others] as const;
    return snapshots.length === 0
      ? {
          verdict: 'warn',
          found: msg(
            'The VM has checkpoints ($0), which libvirt forgets when the VM leaves. The next backup will be a full one.',
            checkpoints.length,
          ),
          details,
          remedies,
        }
      : {
          verdict: 'block',
          found: msg(
            'The VM has snapshots ($0). With snapshots, libvirt refuses to migrate it.',
            snapshots.length,
          ),
          details,
          remedies,
        };
  },
});
