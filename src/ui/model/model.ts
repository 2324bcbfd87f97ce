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

/** The migrations from this host. */
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
  /** Judges again for other tuning. No host is queried again. */
  retune(tuning: MigrationTuning): void;
  stop(): void;
}

/** Creates the preflights of one dialog. They reuse facts of earlier ones unless `fresh`. */
export type PreflightMaker = (choices: MigrationChoices, fresh: boolean) => PreflightRun;

/** Everything that the page shows and calls. The root creates it from the engine; tests create their own. */
export interface Model {
  /** The connections to libvirt, the host's first. */
  readonly inventories: readonly [InventoryModel, ...InventoryModel[]];
  readonly migrations: MigrationsModel;
  /** Performs the operation. Resolves to libvirt's refusal, if any. */
  operate(vm: Vm, operation: VmOperation): Promise<Refusal | undefined>;
  /** Ejects the medium of a drive (`sda`). Resolves to libvirt's refusal, if any. */
  ejectMedium(vm: Vm, drive: string): Promise<Refusal | undefined>;
  /** The past migrations of this host, the newest first. Rejects with the reason. */
  readHistory(): Promise<readonly HistoryEntry[]>;
  /** Creates the preflights of a dialog. The checks are half of the program, and the list does not need them. */
  readonly newPreflights: LaterModel<(connection: ConnectionName) => PreflightMaker>;
  /** Migrates a stand-in of the VM and removes it from both hosts. Resolves to undefined if the signal aborts. Does not reject. */
  rehearse(choices: MigrationChoices, plan: Plan, signal: AbortSignal): Promise<Finding | undefined>;
  /** Whether the session may act as root; undefined while unknown. */
  readonly administrative: ReadonlyCell<boolean | undefined>;
  /** The known names and addresses of this host. */
  readonly localNames: ReadonlyCell<readonly string[]>;
  readonly destinations: RecentDestinations;
}

/** The key of a VM in the page. Names may be the same on two connections. */
export function vmKey(vm: VmIdentity): string {
  return `${vm.connection}:${vm.uuid}`;
}
