// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform, Unsubscribe } from '../../platform/platform.ts';
import { Cell, type ConnectionName, type ReadonlyCell, type VmIdentity } from '../base/index.ts';
import type { Forecast } from '../forecast/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MigrationChoices, Plan } from '../plan/index.ts';
import { MigrationRun } from './run.ts';
import type { Migration } from './state.ts';
import type { SteerAction } from './steering.ts';

/**
 * How many migrations this page runs at the same time. libvirt-dbus has four worker threads, and each migration holds one until its
 * end. Without a free one, it answers nobody on the host.
 */
const atOnce = 3;

/** A started migration. */
export interface MigrationHandle {
  readonly vm: VmIdentity;
  readonly state: ReadonlyCell<Migration>;
  /** Resolves to the result: `done`, `failed` or `cancelled`. Does not reject. */
  readonly ended: Promise<Migration>;
}

/** All migrations from this host: queued, running, and ended ones until they are dismissed. */
export class Migrations {
  readonly #platform: Platform;
  readonly #inventories: ReadonlyMap<ConnectionName, Inventory>;
  readonly #state = new Cell<readonly Migration[]>([]);
  /** By VM, in the order of their start. */
  readonly #runs = new Map<string, MigrationRun>();
  readonly #queue: MigrationRun[] = [];
  /** Migrations whose call to libvirt-dbus is open. */
  readonly #calls = new Set<MigrationRun>();
  readonly #undo: Unsubscribe[] = [];

  constructor(platform: Platform, inventories: readonly Inventory[]) {
    this.#platform = platform;
    this.#inventories = new Map(inventories.map((inventory) => [inventory.connectionName, inventory]));
  }

  get state(): ReadonlyCell<readonly Migration[]> {
    return this.#state;
  }

  /** Watches the inventories for migrations that others started. */
  watch(): void {
    for (const inventory of this.#inventories.values()) {
      const look = (): void => {
        this.#findOthers(inventory);
      };
      this.#undo.push(inventory.state.subscribe(look));
      look();
    }
  }

  /** Releases everything. Running migrations continue; queued ones are not started. */
  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
    for (const run of this.#runs.values()) run.stop();
    this.#queue.length = 0;
  }

  /**
   * Starts a migration, or queues it if three of this page are running. Replaces an ended migration of the same VM. The forecast is
   * compared with the result and stored.
   */
  start(
    choices: MigrationChoices,
    plan: Plan,
    forecast?: Forecast,
    overrides?: readonly string[],
  ): MigrationHandle {
    const present = this.#runs.get(keyOf(choices.vm));
    if (present !== undefined && !present.hasEnded) return present;
    const inventory = this.#inventories.get(choices.vm.connection);
    if (inventory === undefined) throw new Error(`No inventory for ${choices.vm.connection}`);
    const run = new MigrationRun(this.#platform, inventory, choices.vm, {
      choices,
      plan,
      forecast,
      ...(overrides === undefined ? {} : { overrides }),
    });
    this.#add(run);
    this.#queue.push(run);
    this.#pump();
    return run;
  }

  /**
   * Asks libvirt to cancel; removes a queued one. Resolves when libvirt has answered. The state shows the result. Does not reject.
   */
  async cancel(vm: VmIdentity): Promise<void> {
    const run = this.#runs.get(keyOf(vm));
    if (run === undefined || run.hasEnded) return;
    const place = this.#queue.indexOf(run);
    if (place < 0) {
      await run.cancel();
      return;
    }
    this.#queue.splice(place, 1);
    this.#runs.delete(keyOf(vm));
    run.dropFromQueue();
    this.#pump();
    this.#publish();
  }

  /** Asks libvirt to change a running migration. The state shows the result. Does not reject. */
  async steer(vm: VmIdentity, action: SteerAction): Promise<void> {
    const run = this.#runs.get(keyOf(vm));
    if (run !== undefined && !run.hasEnded) await run.steer(action);
  }

  /** Removes an ended migration. */
  dismiss(vm: VmIdentity): void {
    if (this.#runs.get(keyOf(vm))?.hasEnded !== true) return;
    this.#runs.get(keyOf(vm))?.stop();
    this.#runs.delete(keyOf(vm));
    this.#publish();
  }

  #add(run: MigrationRun): void {
    // Moves to the end of the list, even if it replaces an ended one of the same VM, whose hosts are no longer queried.
    this.#runs.get(keyOf(run.vm))?.stop();
    this.#runs.delete(keyOf(run.vm));
    this.#runs.set(keyOf(run.vm), run);
    run.state.subscribe(() => {
      if (this.#runs.get(keyOf(run.vm)) === run) this.#publish();
    });
  }

  #publish(): void {
    this.#state.set([...this.#runs.values()].map((run) => run.state.get()));
  }

  #pump(): void {
    while (this.#calls.size < atOnce) {
      const run = this.#queue.shift();
      if (run === undefined) break;
      this.#calls.add(run);
      void run.start().finally(() => {
        this.#calls.delete(run);
        this.#pump();
      });
    }
    for (const [index, run] of this.#queue.entries()) run.wait(index + 1);
    this.#publish();
  }

  /** A job without a migration of this page was started by somebody else, or before the page was opened. */
  #findOthers(inventory: Inventory): void {
    if (inventory.state.get().kind !== 'ready') return;
    for (const { summary, jobBegan } of inventory.entries) {
      if (jobBegan === undefined) continue;
      const vm = { connection: inventory.connectionName, name: summary.name, uuid: summary.uuid };
      const present = this.#runs.get(keyOf(vm));
      // The known state of the job may be slightly outdated.
      if (present !== undefined && jobBegan <= (present.endedAt ?? Infinity)) continue;
      const run = new MigrationRun(this.#platform, inventory, vm);
      this.#add(run);
      run.attach();
      inventory.refresh(vm.uuid);
    }
  }
}

function keyOf({ connection, uuid }: VmIdentity): string {
  return `${connection}/${uuid}`;
}
