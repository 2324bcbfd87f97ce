// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Migration } from '../engine/migration/index.ts';
import type { PreflightVerdict } from '../engine/preflight/index.ts';

/** Exit statuses. Other programs rely on these numbers. */
export const exitStatus = {
  /** Ready, or done and confirmed by both hosts. */
  good: 0,
  /** Blocked, failed or cancelled. */
  bad: 1,
  usage: 2,
  /** Something could not be found out, before or at the end. */
  unknown: 3,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** The exit status of a check. */
export function statusOfVerdict(verdict: PreflightVerdict): ExitStatus {
  switch (verdict) {
    case 'ready':
    case 'ready-with-warnings':
      return exitStatus.good;
    case 'blocked':
      return exitStatus.bad;
    case 'unknown':
      return exitStatus.unknown;
  }
}

/** The exit status of a migration. One that has not ended was left to libvirt. */
export function statusOfMigration({ state }: Migration): ExitStatus {
  switch (state.phase) {
    case 'done':
      return { confirmed: exitStatus.good, contradicted: exitStatus.bad, incomplete: exitStatus.unknown }[
        state.verification
      ];
    case 'failed':
    case 'cancelled':
      return state.where?.kind === 'unknown' ? exitStatus.unknown : exitStatus.bad;
    case 'rehearsing':
    case 'preparing':
    case 'copying':
    case 'switching':
    case 'post-copy':
    case 'verifying':
      return exitStatus.unknown;
  }
}
