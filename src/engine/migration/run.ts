// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform } from '../../platform/platform.ts';
import { Cell, Deferred, type ReadonlyCell, type VmIdentity } from '../base/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { abort } from './abort.ts';
import { callLibvirt } from './call.ts';
import { followToTheEnd } from './follow-job.ts';
import { keepHistory } from './keep-history.ts';
import { reduce } from './reducer.ts';
import { rehearseFirst } from './rehearse-first.ts';
import type { Order, RunContext } from './run-context.ts';
import type { RunEvent } from './run-event.ts';
import { isEnd, migrationOf, orderedRun, type RunState, seenRun } from './run-state.ts';
import type { Migration } from './state.ts';
import { steer } from './steer.ts';
import type { SteerAction } from './steering.ts';
import { nextActions, tacticsAtStart } from './tactics.ts';
import { askOn, verifyEnd } from './verify-end.ts';

/**
 * One migration, from its start (or from when it was first seen) to the hosts' answers at its end. The reducer decides; this class
 * starts the effects of each phase.
 */
export class MigrationRun {
  readonly vm: VmIdentity;
  readonly #inventory: Inventory;
  readonly #order: Order | undefined;
  readonly #context: RunContext;
  #state: RunState;
  readonly #shown: Cell<Migration>;
  readonly #ended = new Deferred<Migration>();
  readonly #stopped = new AbortController();
  /** Aborted to end the rehearsal. */
  readonly #rehearsal = new AbortController();
  #endedAt: number | undefined;
  #tactics = tacticsAtStart;
  #began = Date.now();

  /** With an order: a migration to start. Without: a migration that already runs. */
  constructor(platform: Platform, inventory: Inventory, vm: VmIdentity, order?: Order) {
    this.vm = vm;
    this.#inventory = inventory;
    this.#order = order;
    this.#state = order === undefined ? seenRun(vm) : orderedRun(order.choices, order.forecast);
    this.#shown = new Cell(migrationOf(this.#state));
    this.#context = {
      platform,
      inventory,
      vm,
      signal: this.#stopped.signal,
      state: () => this.#state,
      dispatch: (event) => {
        this.#dispatch(event);
      },
    };
  }

  get state(): ReadonlyCell<Migration> {
    return this.#shown;
  }

  /** Resolves to the result. */
  get ended(): Promise<Migration> {
    return this.#ended.promise;
  }

  /** The time of its end, as Date.now() gives it. */
  get endedAt(): number | undefined {
    return this.#endedAt;
  }

  get hasEnded(): boolean {
    return isEnd(this.#state.now);
  }

  /** Its position in the queue, from 1. */
  wait(position: number): void {
    this.#dispatch({ kind: 'queued', position });
  }

  /** Releases everything. The migration continues. */
  stop(): void {
    this.#stopped.abort();
    this.#inventory.unfollow(this.vm.uuid);
  }

  /** Calls libvirt to migrate, after a rehearsal if chosen. Resolves when the call has ended; what follows runs on its own. */
  async start(): Promise<void> {
    if (this.#order === undefined) throw new Error('Only an ordered migration can be started');
    this.#began = Date.now();
    if (!(await rehearseFirst(this.#context, this.#order, this.#rehearsal))) return;
    if ((await callLibvirt(this.#context, this.#order)) === 'lost') this.attach();
  }

  /** Follows the job to the end of the migration. */
  attach(): void {
    if (this.#order === undefined) this.#began = this.#inventory.entry(this.vm.uuid)?.jobBegan ?? this.#began;
    const undo = followToTheEnd(this.#context);
    void this.#ended.promise.then(undo);
  }

  /**
   * Ends a rehearsal, or asks libvirt to cancel, repeatedly while the job has not begun. Resolves with libvirt's answer; does not
   * reject.
   */
  async cancel(): Promise<void> {
    if (this.#state.now.phase === 'rehearsing') {
      this.#dispatch({ kind: 'cancel-asked' });
      this.#rehearsal.abort();
      return;
    }
    await abort(this.#context);
  }

  /** Asks libvirt to change the running migration. Resolves with libvirt's answer; does not reject. */
  async steer(action: SteerAction): Promise<void> {
    await steer(this.#context, action, 'admin');
  }

  /** Ends a migration that was never started. */
  dropFromQueue(): void {
    this.#dispatch({ kind: 'dropped' });
  }

  /** After the page is closed, the next page that looks continues. */
  #dispatch(event: RunEvent): void {
    const before = this.#state;
    const after = reduce(before, event);
    if (after === before || this.#stopped.signal.aborted) return;
    this.#state = after;
    if (isEnd(after.now) && !isEnd(before.now)) {
      this.#inventory.unfollow(this.vm.uuid);
      this.#endedAt = Date.now();
    }
    this.#shown.set(migrationOf(after));
    // A result that changes after a host answered late is written to the history again.
    if (after.now.phase !== before.now.phase && !isEnd(before.now)) this.#enter(after);
    else if (isEnd(after.now) && isEnd(before.now) && after.now !== before.now) void this.#keepHistory();
    if (event.kind === 'job-copying') this.#followPlan(event);
  }

  /** Carries out what the admin chose before the start. */
  #followPlan({ progress, stalled }: Extract<RunEvent, { kind: 'job-copying' }>): void {
    if (this.#order === undefined || this.#state.facts.cancelling) return;
    const { state, actions } = nextActions(this.#order.plan.tuning, this.#tactics, progress, stalled);
    this.#tactics = state;
    for (const action of actions) {
      if (action.kind === 'cancel') void this.cancel();
      else void steer(this.#context, action, 'plan');
    }
  }

  #keepHistory(): Promise<void> {
    return keepHistory(this.#context, this.#order, this.#began);
  }

  #enter(state: RunState): void {
    switch (state.now.phase) {
      case 'verifying':
        void verifyEnd(this.#context);
        break;
      case 'done':
      case 'failed':
      case 'cancelled':
        // The command line exits after this, so everything is written first.
        void this.#keepHistory().then(() => {
          this.#ended.resolve(migrationOf(this.#state));
          void askOn(this.#context);
        });
        break;
      case 'queued':
      case 'rehearsing':
      case 'preparing':
      case 'copying':
      case 'switching':
      case 'post-copy':
        break;
    }
  }
}
