// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform } from '../../platform/platform.ts';
import type { VmIdentity } from '../base/index.ts';
import type { Forecast } from '../forecast/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MigrationChoices, Plan } from '../plan/index.ts';
import { delay } from '../preflight/index.ts';
import type { RunEvent } from './run-event.ts';
import type { RunState } from './run-state.ts';

/** The migration to run, with what the preflight said about it. */
export interface Order {
  readonly choices: MigrationChoices;
  readonly plan: Plan;
  readonly forecast: Forecast | undefined;
  /** Checks whose problem was overridden, for the history. */
  readonly overrides?: readonly string[];
}

/** What the effects of one migration need. They act on the hosts and report the results as events. */
export interface RunContext {
  readonly platform: Platform;
  readonly inventory: Inventory;
  readonly vm: VmIdentity;
  /** Aborted when the page is closed. */
  readonly signal: AbortSignal;
  readonly state: () => RunState;
  readonly dispatch: (event: RunEvent) => void;
}

/** False if the page was closed meanwhile. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(milliseconds, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
