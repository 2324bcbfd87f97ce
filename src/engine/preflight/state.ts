// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Message } from '../base/index.ts';
import type { Forecast } from '../forecast/index.ts';
import type { CheckGroup } from './check-group.ts';
import type { CopyableDisk } from './facts/disk-copies.ts';
import type { Finding } from './finding.ts';

/** The progress of one check. */
export type CheckProgress =
  | {
      readonly status: 'waiting';
      readonly check: string;
      readonly title: Message;
      readonly group: CheckGroup;
    }
  | { readonly status: 'done'; readonly finding: Finding };

/** The verdict of the whole preflight. `blocked` counts only blocks that are not overridden. */
export type PreflightVerdict = 'ready' | 'ready-with-warnings' | 'blocked' | 'unknown';

/** A preflight, running or done. Checks keep the order of the registry. */
export interface PreflightState {
  /** A check has no finding yet, or nothing is known of the forecast. */
  readonly running: boolean;
  /** Every check has its finding. Longer windows of the dirty rate are still being measured, so the forecast gets narrower. */
  readonly refining: boolean;
  /** Disks that could be copied with the migration; undefined while that is not known. */
  readonly copyable: readonly CopyableDisk[] | undefined;
  readonly checks: readonly CheckProgress[];
  readonly forecast: Forecast | undefined;
}
