// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform } from '../platform/platform.ts';
import type { ReadonlyCell } from './cell.ts';
import type { MigrationChoices } from './choices.ts';
import type { Inventory } from './inventory.ts';
import type { Migration } from './migration-state.ts';
import type { Plan } from './plan.ts';
import type { VmIdentity } from './vm.ts';

/** One migration, for whoever started it. */
export interface MigrationHandle {
  readonly vm: VmIdentity;
  readonly state: ReadonlyCell<Migration>;
  /** Resolves with the end: `done`, `failed` or `cancelled`. Does not reject. */
  readonly ended: Promise<Migration>;
}

/** All migrations that leave this host: queued, running and ended ones until they are dismissed. */
export declare class Migrations {
  readonly state: ReadonlyCell<readonly Migration[]>;
  constructor(platform: Platform, inventories: readonly Inventory[]);
  /** Watches the inventories for migrations begun elsewhere. */
  watch(): void;
  /** Lets go of everything; migrations that run go on. */
  stop(): void;
  /** Starts, or queues when three of this page's run already. A migration of the same VM that has ended is replaced. */
  start(choices: MigrationChoices, plan: Plan): MigrationHandle;
  /** Asks libvirt to cancel; one that waits in the queue is removed. What comes of it is told by the state. */
  cancel(vm: VmIdentity): void;
  /** Forgets a migration that has ended. */
  dismiss(vm: VmIdentity): void;
}
