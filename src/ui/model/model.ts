// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ConnectionName, ReadonlyCell, VmIdentity } from '../../engine/base/index.ts';
import type { Refusal } from '../../engine/failure/index.ts';
import type { Forecast } from '../../engine/forecast/index.ts';
import type { HistoryEntry } from '../../engine/history/index.ts';
import type { InventoryState, Vm, VmOperation } from '../../engine/inventory/index.ts';
import type { Migration, SteerAction } from '../../engine/migration/index.ts';
import type { MigrationChoices, MigrationTuning, Plan } from '../../engine/plan/index.ts';
import type { Finding, PreflightState } from '../../engine/preflight/index.ts';
import type { LaterModel } from './later.ts';
import type { RecentDestinations } from './recent-destinations.ts';

/** The VMs of one libvirt connection. */
export interface InventoryModel {
  readonly connectionName: ConnectionName;
  readonly state: ReadonlyCell<InventoryState>;
  retry(): void;
  startUnit(unit: string): Promise<Refusal | undefined>;
}

/** The migrations that leave this host. */
export interface MigrationsModel {
  readonly state: ReadonlyCell<readonly Migration[]>;
  start(
    choices: MigrationChoices,
    plan: Plan,
    forecast: Forecast | undefined,
    overrides: readonly string[],
  ): void;
  cancel(vm: VmIdentity): void;
  steer(vm: VmIdentity, action: SteerAction): void;
  dismiss(vm: VmIdentity): void;
}

/** One run of the checks. */
export interface PreflightRun {
  readonly state: ReadonlyCell<PreflightState>;
  start(): void;
  /** Judges anew for another way to run the migration; no host is asked again. */
  retune(tuning: MigrationTuning): void;
  stop(): void;
}

/** Makes preflights of one dialog; what earlier ones found is used again unless `fresh`. */
export type PreflightMaker = (choices: MigrationChoices, fresh: boolean) => PreflightRun;

/** Everything that the page shows and asks for. The root makes it from the engine, tests make their own. */
export interface Model {
  /** The connections to libvirt, the host's first. */
  readonly inventories: readonly [InventoryModel, ...InventoryModel[]];
  readonly migrations: MigrationsModel;
  /** Does it; the answer is libvirt's refusal. */
  operate(vm: Vm, operation: VmOperation): Promise<Refusal | undefined>;
  /** Takes the medium out of a drive (`sda`); the answer is libvirt's refusal. */
  ejectMedium(vm: Vm, drive: string): Promise<Refusal | undefined>;
  /** The past migrations of this host, the newest first. Rejects with the reason. */
  readHistory(): Promise<readonly HistoryEntry[]>;
  /** Makes the preflights of a dialog. The checks are half of the program, and the list does without them. */
  readonly newPreflights: LaterModel<(connection: ConnectionName) => PreflightMaker>;
  /** Sends a stand-in of the VM and removes it from both hosts; nothing once the signal was raised. Does not reject. */
  rehearse(choices: MigrationChoices, plan: Plan, signal: AbortSignal): Promise<Finding | undefined>;
  /** Whether the session may act as root; undefined until that is known. */
  readonly administrative: ReadonlyCell<boolean | undefined>;
  /** Names and addresses of this host, as far as they are known. */
  readonly localNames: ReadonlyCell<readonly string[]>;
  readonly destinations: RecentDestinations;
}

/** What tells VMs apart in the page: names may be the same on two connections. */
export function vmKey(vm: VmIdentity): string {
  return `${vm.connection}:${vm.uuid}`;
}
