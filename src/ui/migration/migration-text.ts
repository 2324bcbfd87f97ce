// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Migration } from '../../engine/migration/index.ts';
import { _, format, hostOf } from '../common/index.ts';

function doneWords(
  { verification, paused }: Extract<Migration['state'], { phase: 'done' }>,
  name: string,
  host: string,
): string {
  switch (verification) {
    case 'confirmed':
      return paused === true
        ? format(_('Done: $0 is on $1, still paused.'), name, host)
        : format(_('Done: $0 runs on $1, as both hosts say.'), name, host);
    case 'contradicted':
      return format(
        _('libvirt says that $0 has moved to $1, but not everything is as it should be.'),
        name,
        host,
      );
    case 'incomplete':
      return format(
        _('libvirt says that $0 has moved to $1, but not everything could be verified.'),
        name,
        host,
      );
  }
}

/** What is going on, in one sentence. */
export function phaseText({ state, vm, destination }: Migration): string {
  const host = destination === undefined ? _('the destination') : hostOf(destination);
  switch (state.phase) {
    case 'preparing':
      return state.queuePosition === undefined
        ? _('Preparing: both hosts get ready.')
        : format(
            _('Waiting: at most three migrations run at a time. This one is number $0 in the queue.'),
            state.queuePosition,
          );
    case 'copying':
      if (state.stalled === true)
        return format(_('Copying the memory to $0, without getting closer to the end.'), host);
      // libvirt tells of the memory once the disks are done.
      return state.progress.disks !== undefined && state.progress.memoryTotalBytes === 0
        ? format(_('Copying the disks to $0 while the VM runs here.'), host)
        : format(_('Copying the memory to $0 while the VM runs here.'), host);
    case 'switching':
      return format(_('Switching over to $0: the VM pauses for a moment.'), host);
    case 'post-copy':
      return format(_('The VM runs on $0 and fetches the rest of its memory from here.'), host);
    case 'verifying':
      return format(_('Asking $0 whether the VM is there and runs.'), host);
    case 'done':
      return doneWords(state, vm.name, host);
    case 'failed':
      return format(_('The migration of $0 failed.'), vm.name);
    case 'cancelled':
      return format(_('The migration of $0 was cancelled.'), vm.name);
  }
}
