// SPDX-License-Identifier: LGPL-2.1-or-later
import type { PausedReason, VmState } from './vm.ts';

/** virDomainState and the state's reason, as libvirt numbers them (libvirt-domain.h). */
export interface DomainStateCodes {
  readonly state: number;
  readonly reason: number;
}

/** virDomainPausedReason, by number. */
const pausedReasons: readonly PausedReason[] = [
  'unknown',
  'user',
  'migration',
  'save',
  'dump',
  'io-error',
  'watchdog',
  'from-snapshot',
  'shutting-down',
  'snapshot',
  'crashed',
  'starting-up',
  'post-copy',
  'post-copy-failed',
];

/** VIR_DOMAIN_SHUTOFF_MIGRATED */
const shutOffMigrated = 4;

/** A VM's state from libvirt's numbers. */
export function vmStateOf({ state, reason }: DomainStateCodes): VmState {
  switch (state) {
    case 1: // running
    case 2: // blocked: waits for a resource (Xen only)
      return { kind: 'running' };
    case 3:
      return { kind: 'paused', reason: pausedReasons[reason] ?? 'unknown' };
    case 4:
      return { kind: 'shutting-down' };
    case 5:
      return { kind: 'shut-off', migratedAway: reason === shutOffMigrated };
    case 6:
      return { kind: 'crashed' };
    case 7:
      return { kind: 'suspended' };
    default:
      return { kind: 'unknown' };
  }
}

/** True if libvirt does not know the reason for the state, for example after it was restarted. */
export function isReasonLost({ reason }: DomainStateCodes): boolean {
  return reason === 0;
}
