// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import { snapshotsFact } from '../facts/snapshots.ts';
import type { Judgement } from '../finding.ts';

/**
 * Has the VM snapshots, with which libvirt migrates no VM, or checkpoints, which it forgets? That it migrates with
 * checkpoints was seen with libvirt 9.0: qemuMigrationSrcIsAllowed counts snapshots alone.
 */
export const snapshotsCheck = defineCheck({
  id: 'snapshots',
  title: msg('Snapshots'),
  group: 'storage',
  why: msg(
    'What libvirt knows of a VM’s snapshots and checkpoints does not travel with it. With snapshots it refuses to migrate the VM; checkpoints it forgets.',
  ),
  needs: { domain: domainFact, known: snapshotsFact },
  judge: ({ domain, known: { snapshots, checkpoints } }): Judgement => {
    const { uuid } = domain.config;
    const [snapshot] = snapshots;
    const [checkpoint] = checkpoints;
    const remedies: Remedy[] = [];
    if (snapshot !== undefined) {
      remedies.push({
        text: msg(
          'Delete the snapshots that are no longer needed. The command below deletes one, and with it the way back to that moment.',
        ),
        command: shellCommand('virsh', 'snapshot-delete', uuid, '--snapshotname', snapshot),
        host: 'source',
      });
    }
    if (checkpoint !== undefined) {
      remedies.push({
        text: msg(
          'Delete the checkpoints. The next backup after the migration will be a full one instead of an incremental one.',
        ),
        command: shellCommand('virsh', 'checkpoint-delete', uuid, '--checkpointname', checkpoint),
        host: 'source',
      });
    }
    const [first, ...more] = remedies;
    if (first === undefined) return { verdict: 'pass', found: msg('It has no snapshot and no checkpoint.') };
    const details = [...snapshots, ...checkpoints].map((name) => msg('$0', name));
    return snapshot === undefined
      ? {
          verdict: 'warn',
          found: msg(
            'It has checkpoints ($0), which libvirt forgets when the VM leaves. The next backup will be a full one.',
            checkpoints.length,
          ),
          details,
          remedies: [first, ...more],
        }
      : {
          verdict: 'block',
          found: msg('It has snapshots ($0).', snapshots.length),
          details,
          remedies: [first, ...more],
        };
  },
});
