// SPDX-License-Identifier: LGPL-2.1-or-later

import type { PausedReason, Vm } from '../../engine/inventory/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { formatPercent } from './format.ts';
import { _, format } from './translate.ts';

function pausedWords(reason: PausedReason): string {
  switch (reason) {
    case 'user':
    case 'unknown':
      return _('Paused');
    case 'migration':
      return _('Paused: migrating');
    case 'save':
      return _('Paused: saving');
    case 'dump':
      return _('Paused: dumping memory');
    case 'io-error':
      return _('Paused: disk I/O error');
    case 'watchdog':
      return _('Paused: watchdog');
    case 'from-snapshot':
      return _('Paused: restored from a snapshot');
    case 'shutting-down':
      return _('Paused: shutting down');
    case 'snapshot':
      return _('Paused: taking a snapshot');
    case 'crashed':
      return _('Paused: guest crashed');
    case 'starting-up':
      return _('Paused: starting up');
    case 'post-copy':
      return _('Paused: runs on the destination (post-copy)');
    case 'post-copy-failed':
      return _('Paused: post-copy failed');
  }
}

/** How a state looks. The tone says how much attention it needs. */
export interface StateText {
  readonly text: string;
  readonly tone: 'running' | 'moving' | 'quiet' | 'warning' | 'trouble';
}

/** True while a migration has not ended. */
export function isUnderWay(migration: Migration | undefined): boolean {
  switch (migration?.state.phase) {
    case undefined:
    case 'done':
    case 'failed':
    case 'cancelled':
      return false;
    case 'rehearsing':
    case 'preparing':
    case 'copying':
    case 'switching':
    case 'post-copy':
    case 'verifying':
      return true;
  }
}

/** The percentage of the VM's migration, from this page's migration or from libvirt's job. */
function percentOf(vm: Vm, migration: Migration | undefined): number | undefined {
  const state = migration?.state;
  if (state !== undefined && 'progress' in state) return state.progress.percent;
  return vm.transfer?.kind === 'leaving' ? vm.transfer.percent : undefined;
}

function transferWords(vm: Vm, migration: Migration | undefined): StateText | undefined {
  const { transfer } = vm;
  if (transfer?.kind === 'arriving') return { text: _('Arriving'), tone: 'moving' };
  if (transfer === undefined && !isUnderWay(migration)) return undefined;
  if (migration?.state.phase === 'preparing' && migration.state.queuePosition !== undefined)
    return { text: _('Waiting to migrate'), tone: 'moving' };
  if (migration?.state.phase === 'copying' && migration.state.stalled === true)
    return { text: _('Migrating: stalled'), tone: 'warning' };
  const percent = percentOf(vm, migration);
  return {
    text: percent === undefined ? _('Migrating') : format(_('Migrating $0 %'), formatPercent(percent)),
    tone: 'moving',
  };
}

/** The text of the State column. */
export function stateText(vm: Vm, migration: Migration | undefined): StateText {
  const moving = transferWords(vm, migration);
  if (moving !== undefined) return moving;
  switch (vm.state.kind) {
    case 'running':
      return { text: _('Running'), tone: 'running' };
    case 'paused':
      return {
        text: pausedWords(vm.state.reason),
        tone: ['io-error', 'crashed', 'post-copy-failed', 'watchdog'].includes(vm.state.reason)
          ? 'trouble'
          : 'warning',
      };
    case 'shutting-down':
      return { text: _('Shutting down'), tone: 'quiet' };
    case 'shut-off':
      return {
        text:
          vm.state.migratedAway && vm.temporaryCopy === undefined
            ? _('Shut off (migrated away)')
            : _('Shut off'),
        tone: 'quiet',
      };
    case 'crashed':
      return { text: _('Crashed'), tone: 'trouble' };
    case 'suspended':
      return { text: _('Suspended by the guest'), tone: 'quiet' };
    case 'unknown':
      return { text: _('Unknown'), tone: 'warning' };
  }
}

/** Why the VM cannot be migrated now; undefined if it may be possible. */
export function migrateDisabledReason(vm: Vm, migration: Migration | undefined): string | undefined {
  if (vm.transfer?.kind === 'arriving') return _('The VM is still arriving from another host.');
  if (vm.transfer !== undefined || isUnderWay(migration)) return _('The VM is already migrating.');
  switch (vm.state.kind) {
    case 'shut-off':
    case 'crashed':
      return _('Only a running VM can be migrated.');
    case 'running':
    case 'paused':
    case 'shutting-down':
    case 'suspended':
    case 'unknown':
      return undefined;
  }
}
