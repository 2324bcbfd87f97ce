// SPDX-License-Identifier: LGPL-2.1-or-later

import { parsePropertyList } from '../../../libvirt/property-list.ts';
import { type Message, msg, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { hasJob, isMigrating, runState } from '../facts/run-state.ts';
import type { Judgement } from '../finding.ts';

/** Reasons of a pause (virDomainPausedReason) that are no admin's wish, with what they are. */
const pausedBecause: Readonly<Record<number, Message>> = {
  2: msg('It is paused because a migration is under way.'),
  3: msg('It is paused while its memory is being saved.'),
  4: msg('It is paused while its memory is being dumped.'),
  5: msg('It was paused by an I/O error of one of its disks.'),
  6: msg('It was paused by its watchdog.'),
  8: msg('It is being shut down.'),
  9: msg('It is paused while a snapshot is made.'),
  10: msg('It was paused because its guest crashed.'),
  11: msg('It is just starting.'),
  12: msg('It is paused because a post-copy migration is under way.'),
  13: msg('It is paused because a post-copy migration failed.'),
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
    return { verdict: 'pass', found: msg('It is paused and will be paused on the destination.') };
  }
  return reason === ioError
    ? block(because, msg('Cure the storage first (often a full disk), then resume the VM.'), [
        'virsh',
        'domblkerror',
        config.uuid,
      ])
    : block(because, msg('Wait for that to end, or end it, then check again.'));
}

/** Is the VM in a state from which it can be migrated live? */
export const vmStateCheck = defineCheck({
  id: 'vm-state',
  title: msg('State of the VM'),
  group: 'guest',
  why: msg(
    'Only a VM that runs, or that an admin paused, can be migrated live, and libvirt does one thing with it at a time.',
  ),
  needs: { domain: domainFact },
  judge: ({ domain }): Judgement => {
    if (isMigrating(domain)) {
      return block(msg('It is being migrated already.'), msg('Wait until that is done, or cancel it.'));
    }
    if (hasJob(domain)) {
      const operation = parsePropertyList(domain.job).get('Operation') ?? '';
      return block(
        msg('libvirt is busy with another job of this VM: $0', operation),
        msg('Wait until that is done, or end it.'),
        ['virsh', 'domjobinfo', domain.config.uuid],
      );
    }
    switch (runState(domain)) {
      case 'running':
      case 'blocked':
        return { verdict: 'pass', found: msg('It is running.') };
      case 'paused':
        return judgePaused(domain);
      case 'shut-off':
        return block(msg('It is shut off, so there is nothing to migrate live.'), msg('Start it first.'), [
          'virsh',
          'start',
          domain.config.uuid,
        ]);
      case 'shutting-down':
        return block(msg('It is shutting down.'), msg('Wait until it is shut off, then start it.'));
      case 'crashed':
        return block(msg('It has crashed.'), msg('Start it again first.'), [
          'virsh',
          'start',
          domain.config.uuid,
        ]);
      case 'suspended':
        return block(msg('Its guest is asleep (power management).'), msg('Wake it first.'), [
          'virsh',
          'dompmwakeup',
          domain.config.uuid,
        ]);
      case 'no-state':
        return block(msg('libvirt knows no state of it.'), msg('Look at it with virsh.'), [
          'virsh',
          'domstate',
          '--reason',
          domain.config.uuid,
        ]);
    }
  },
});
