// SPDX-License-Identifier: LGPL-2.1-or-later

import { parsePropertyList } from '../../../libvirt/property-list.ts';
import { type Message, msg, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { hasJob, isMigrating, runState } from '../facts/run-state.ts';
import type { Judgement } from '../finding.ts';

/** Reasons for a pause (virDomainPausedReason) other than an admin. */
const pausedBecause: Readonly<Record<number, Message>> = {
  2: msg('The VM is paused because a migration is under way.'),
  3: msg('The VM is paused while its memory is saved.'),
  4: msg('The VM is paused while its memory is dumped.'),
  5: msg('An I/O error of a disk paused the VM.'),
  6: msg('The watchdog of the VM paused it.'),
  8: msg('The VM is shutting down.'),
  9: msg('The VM is paused while a snapshot is made.'),
  10: msg('The VM is paused because the guest crashed.'),
  11: msg('The VM is starting.'),
  12: msg('The VM is paused because a post-copy migration is under way.'),
  13: msg('The VM is paused because a post-copy migration failed.'),
};

const ioError = 5;

function block(found: Message, advice: Message, command?: readonly string[]): Judgement {
  return {
    verdict: 'block',
    found,
    remedies: [
      command === undefined
        ? { text: advice }
        : { text: advice, command: shellCommand(...command), host: 'source' },
    ],
  };
}

function judgePaused({ reason, config }: SourceDomain): Judgement {
  const because = pausedBecause[reason];
  if (because === undefined) {
    return { verdict: 'pass', found: msg('The VM is paused. It stays paused on the destination.') };
  }
  if (reason !== ioError) return block(because, msg('Wait until this ends, or end it. Then check again.'));
  const virsh = (...argv: string[]): string => shellCommand('virsh', ...argv, config.uuid);
  return {
    verdict: 'block',
    found: because,
    remedies: [
      {
        text: msg('Repair the storage (often it is full), then resume the VM.'),
        command: virsh('resume'),
        host: 'source',
      },
      { text: msg('Show which disk failed.'), command: virsh('domblkerror'), host: 'source' },
    ],
  };
}

/** Is the VM in a state from which it can be migrated live? */
export const vmStateCheck = defineCheck({
  id: 'vm-state',
  title: msg('State of the VM'),
  group: 'guest',
  why: msg(
    'Only a VM that runs, or that an admin paused, can be migrated live. It can do one job of libvirt at a time.',
  ),
  needs: { domain: domainFact },
  judge: ({ domain }): Judgement => {
    if (isMigrating(domain)) {
      return block(
        msg('The VM is already being migrated.'),
        msg('Wait until the migration is done, or cancel it.'),
      );
    }
    if (hasJob(domain)) {
      const operation = parsePropertyList(domain.job).get('Operation') ?? '';
      return block(
        msg('The VM is busy with another job of libvirt: $0.', operation),
        msg('Wait until the job is done, or end it.'),
        ['virsh', 'domjobabort', domain.config.uuid],
      );
    }
    switch (runState(domain)) {
      case 'running':
      case 'blocked':
        return { verdict: 'pass', found: msg('The VM is running.') };
      case 'paused':
        return judgePaused(domain);
      case 'shut-off':
        return block(
          msg('The VM is shut off. Only a running VM can be migrated live.'),
          msg('Start the VM.'),
          ['virsh', 'start', domain.config.uuid],
        );
      case 'shutting-down':
        return block(msg('The VM is shutting down.'), msg('Wait until the VM is shut off, then start it.'));
      case 'crashed':
        return block(msg('The VM has crashed.'), msg('Start the VM again.'), [
          'virsh',
          'start',
          domain.config.uuid,
        ]);
      case 'suspended':
        return block(msg('The guest is asleep (power management).'), msg('Wake the guest.'), [
          'virsh',
          'dompmwakeup',
          domain.config.uuid,
        ]);
      case 'no-state':
        return block(msg('The state of the VM is not known to libvirt.'), msg('Show the state of the VM.'), [
          'virsh',
          'domstate',
          '--reason',
          domain.config.uuid,
        ]);
    }
  },
});
