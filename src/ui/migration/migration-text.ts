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
        ? format(_('Done: $0 is paused on $1.'), name, host)
        : format(_('Done: $0 runs on $1. Both hosts confirm this.'), name, host);
    case 'contradicted':
      return format(
        _('According to libvirt, $0 moved to $1, but not everything is as expected.'),
        name,
        host,
      );
    case 'incomplete':
      return format(_('The migration of $0 to $1 ended, but not everything could be verified.'), name, host);
  }
}

/** The present phase, in one sentence. */
export function phaseText({ state, vm, destination }: Migration): string {
  const host = destination === undefined ? _('the destination') : hostOf(destination);
  switch (state.phase) {
    case 'rehearsing':
      return _('Rehearsing: a stand-in of the VM travels first.');
    case 'preparing':
      return state.queuePosition === undefined
        ? _('Preparing both hosts.')
        : format(_('Number $0 in the queue: three migrations run at a time.'), state.queuePosition);
    case 'copying':
      if (state.stalled === true) return format(_('Stalled: copying memory to $0 without progress.'), host);
      // libvirt reports the memory after the disks.
      return state.progress.disks !== undefined && state.progress.memoryTotalBytes === 0
        ? format(_('Copying disks to $0. The VM is still on this host.'), host)
        : format(_('Copying memory to $0. The VM is still on this host.'), host);
    case 'switching':
      return format(_('Switching over to $0: the VM pauses for a moment.'), host);
    case 'post-copy':
      return format(_('The VM runs on $0. The rest of its memory follows from this host.'), host);
    case 'verifying':
      return _('Verifying where the VM is.');
    case 'done':
      return doneWords(state, vm.name, host);
    case 'failed':
      if (state.notBegun === true)
        return format(_('Not migrated: the rehearsal failed. $0 was not touched.'), vm.name);
      return state.where?.kind === 'unknown'
        ? format(_('The migration of $0 ended with an error.'), vm.name)
        : format(_('The migration of $0 failed.'), vm.name);
    case 'cancelled':
      return format(_('The migration of $0 was cancelled.'), vm.name);
  }
}
