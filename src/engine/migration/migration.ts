// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Domain } from '../../libvirt/domain.ts';
import { LibvirtError, type LibvirtReason } from '../../libvirt/errors.ts';
import type { DomainJob } from '../../libvirt/job.ts';
import type { Platform } from '../../platform/platform.ts';
import { Cell, Deferred, type Message, msg, type ReadonlyCell, type VmIdentity } from '../base/index.ts';
import { migrationFailure, originalText } from '../failure/index.ts';
import {
  appendTrackEntry,
  type ExpectedMigration,
  type Forecast,
  predictionOf,
  routeOf,
} from '../forecast/index.ts';
import {
  type Inventory,
  type InventoryEntry,
  isActive,
  isVmStalled,
  type VmState,
  vmStateOf,
} from '../inventory/index.ts';
import type { MigrationChoices, Plan } from '../plan/index.ts';
import { delay } from '../preflight/index.ts';
import { noProgress } from '../progress/index.ts';
import {
  isOurDeparture,
  keepDeparture,
  type MigrationRecord,
  readRecord,
  removeRecord,
  writeRecord,
} from '../record/index.ts';
import type { Migration, MigrationPhase } from './state.ts';
import { type Expectation, judgeAnswers, queryHosts, verificationOf, verifyCancel } from './verification.ts';

/** Between two tries to cancel a migration whose job has not begun yet. */
const abortAgainMilliseconds = 300;

/** How often, and how many times, both hosts are asked again when an answer is not as expected yet. */
const verifyAgainMilliseconds = 1000;
const verifyTries = 4;

/** How far apart a record's time and the start of the job may be for them to belong together. */
const sameStartMilliseconds = 120_000;

/** What libvirt says before it has made anything on the destination. */
const beforeAnyImage: ReadonlySet<LibvirtReason> = new Set<LibvirtReason>([
  ...(['host-key', 'auth-refused', 'auth-tls-untrusted', 'auth-tls-expired', 'auth-tls-name'] as const),
  ...(['connection-refused', 'connection-timeout', 'unresolved', 'access-denied', 'same-host'] as const),
  ...(['unsafe-migration', 'no-shared-storage', 'no-pool', 'no-space', 'no-such-domain', 'busy'] as const),
]);

/** What is to be done, and what was said of it before. */
interface Order {
  readonly choices: MigrationChoices;
  readonly plan: Plan;
  readonly forecast: Forecast | undefined;
}

/** One migration from its start (or from when it was seen) to what the hosts said at its end. */
export class MigrationRun {
  readonly vm: VmIdentity;
  readonly #platform: Platform;
  readonly #inventory: Inventory;
  readonly #order: Order | undefined;
  readonly #state: Cell<Migration>;
  readonly #ended = new Deferred<Migration>();
  readonly #stopped = new AbortController();
  #paused = false;
  /** It starts with this host, and moves for good. */
  #autostart = false;
  /** Disks that are copied, as far as that is known. */
  #copyDisks: readonly string[];
  /** libvirt told of the job, so that the destination had got ready. */
  #jobSeen = false;
  /** What was forecast, if anything was. */
  #expected: ExpectedMigration | undefined;
  /** Why the call was lost, while the job is followed without it. */
  #lost: unknown;
  #concluding = false;
  #endedAt: number | undefined;
  /** The record that was looked at, and the look at it. */
  #looked: { readonly record: MigrationRecord; readonly end: Promise<void> } | undefined;

  /** With an order, a migration to be started; without one, a migration that runs already. */
  constructor(platform: Platform, inventory: Inventory, vm: VmIdentity, order?: Order) {
    this.vm = vm;
    this.#platform = platform;
    this.#inventory = inventory;
    this.#order = order;
    this.#copyDisks = order?.choices.copyDisks ?? [];
    this.#state = new Cell<Migration>({
      vm,
      startedHere: order !== undefined,
      cancelling: false,
      state: { phase: 'preparing' },
      ...(order === undefined
        ? {}
        : { destination: order.choices.destination, temporary: order.choices.temporary }),
    });
  }

  get state(): ReadonlyCell<Migration> {
    return this.#state;
  }

  /** Resolves with the end. */
  get ended(): Promise<Migration> {
    return this.#ended.promise;
  }

  /** When it ended, as Date.now() gives it. */
  get endedAt(): number | undefined {
    return this.#endedAt;
  }

  get hasEnded(): boolean {
    const { phase } = this.#state.get().state;
    return phase === 'done' || phase === 'failed' || phase === 'cancelled';
  }

  /** Its place among those that wait, from 1. */
  wait(queuePosition: number): void {
    this.#to({ phase: 'preparing', queuePosition });
  }

  /** Lets go; the migration goes on. */
  stop(): void {
    this.#stopped.abort();
    this.#inventory.unfollow(this.vm.uuid);
  }

  /** Asks libvirt to migrate. Resolves when the call is over; what comes after it goes on by itself. */
  async start(): Promise<void> {
    if (this.#order === undefined) throw new Error('Only an ordered migration can be started');
    const { choices, plan, forecast } = this.#order;
    this.#to({ phase: 'preparing' });
    const since = new Date().toISOString();
    const predicted = predictionOf(forecast);
    if (predicted !== undefined) {
      const route = routeOf(choices.destination, choices.migrationUri);
      this.#expected = { id: `${this.vm.uuid} ${since}`, route, predicted };
    }
    const entry = this.#inventory.entry(this.vm.uuid);
    this.#paused = entry !== undefined && vmStateOf(entry.summary).kind === 'paused';
    const domain = this.#inventory.connection.domain(this.vm.uuid);
    const unwatch = this.#observe(false);
    try {
      if (!choices.temporary && entry?.summary.persistent === true)
        this.#autostart = await domain.autostart();
      if (entry?.summary.persistent === true) {
        const record: MigrationRecord = {
          destination: choices.destination,
          temporary: choices.temporary,
          stage: 'leaving',
          since,
          ...(this.#copyDisks.length === 0 ? {} : { copyDisks: this.#copyDisks }),
          ...(this.#expected === undefined ? {} : { expected: this.#expected }),
        };
        // Where it cannot be kept, another page does not ask the destination at the end, and says that it did not.
        await keepDeparture(this.#platform, this.vm, record);
        await writeRecord(domain, record);
      }
      await domain.migrate(choices.destination, plan.parameters, plan.flagNames);
      unwatch();
      void this.#left();
    } catch (error) {
      unwatch();
      if (isLost(error)) {
        this.#lost = error;
        this.attach();
      } else {
        void this.#stayed(error);
      }
    }
  }

  /** Follows the migration by what libvirt says, to its end. */
  attach(): void {
    const undo = this.#observe(true);
    void this.#ended.promise.then(undo);
  }

  /** Asks libvirt to cancel, again while the job has not begun. Resolves with libvirt's answer; does not reject. */
  async cancel(): Promise<void> {
    if (this.#state.get().cancelling) return;
    this.#state.update(({ cancelError: _, ...migration }) => ({ ...migration, cancelling: true }));
    for (;;) {
      try {
        await this.#inventory.connection.domain(this.vm.uuid).abort();
        return;
      } catch (error) {
        if (this.hasEnded || this.#stopped.signal.aborted) return;
        const { phase } = this.#state.get().state;
        if (phase !== 'preparing') {
          if (phase !== 'verifying') {
            this.#state.update((migration) => ({
              ...migration,
              cancelling: false,
              cancelError: originalText(error),
            }));
          }
          return;
        }
      }
      if (!(await this.#pause(abortAgainMilliseconds))) return;
    }
  }

  /** Ends a migration that was never started. */
  dropFromQueue(): void {
    this.#finish({ phase: 'cancelled', answers: [] });
  }

  #to(state: MigrationPhase): void {
    if (this.hasEnded || this.#stopped.signal.aborted) return;
    this.#state.update((migration) => ({ ...migration, state }));
  }

  #finish(state: MigrationPhase): void {
    if (this.hasEnded || this.#stopped.signal.aborted) return;
    this.#inventory.unfollow(this.vm.uuid);
    this.#endedAt = Date.now();
    this.#state.update((migration) => ({ ...migration, cancelling: false, state }));
    this.#ended.resolve(this.#state.get());
  }

  /** Takes the progress from the inventory; `toTheEnd` when no call tells how it ends. */
  #observe(toTheEnd: boolean): () => void {
    const look = (): void => {
      this.#look(toTheEnd);
    };
    const undo = this.#inventory.state.subscribe(look);
    this.#inventory.follow(this.vm.uuid);
    look();
    return undo;
  }

  #look(toTheEnd: boolean): void {
    const { phase } = this.#state.get().state;
    if (this.#concluding || this.hasEnded || phase === 'verifying') return;
    if (this.#inventory.state.get().kind !== 'ready') return;
    const entry = this.#inventory.entry(this.vm.uuid);
    if (entry?.job !== undefined) {
      this.#jobSeen = true;
      this.#learn(entry);
      this.#to(phaseOf(entry));
    } else if (
      toTheEnd &&
      (entry === undefined || !isActive(entry.summary) || this.#inventory.isJobless(this.vm.uuid))
    ) {
      this.#concluding = true;
      void this.#conclude();
    }
  }

  /** A record that was written when this job began says where it goes, if it was written by this program. */
  #learn({ record, jobBegan }: InventoryEntry): void {
    if (record === undefined || jobBegan === undefined || this.#state.get().destination !== undefined) return;
    if (Math.abs(Date.parse(record.since) - jobBegan) > sameStartMilliseconds) return;
    if (this.#looked?.record !== record) this.#looked = { record, end: this.#believe(record) };
  }

  async #believe(record: MigrationRecord): Promise<void> {
    if (!(await isOurDeparture(this.#platform, this.vm, record)) || this.hasEnded) return;
    const { destination, temporary } = record;
    this.#expected = record.expected;
    this.#copyDisks = record.copyDisks ?? [];
    this.#state.update((migration) => ({ ...migration, destination, temporary }));
  }

  /** There is no job any more: what libvirt says about the VM now tells how it ended. */
  async #conclude(): Promise<void> {
    try {
      await this.#looked?.end;
      const state = await this.#stateHere();
      if (state === undefined || (state.kind === 'shut-off' && state.migratedAway)) await this.#left();
      else if (this.#state.get().cancelling) await this.#cancelled();
      else await this.#stayed(this.#lost);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      // The connection may have gone away again: the inventory makes a new one, and then there is another look.
      this.#lost ??= error;
      await this.#pause(verifyAgainMilliseconds);
      this.#concluding = false;
      this.#look(true);
    }
  }

  /** What libvirt says of the VM; undefined when it does not know it any more. */
  async #stateHere(): Promise<VmState | undefined> {
    try {
      const domain = this.#inventory.connection.domain(this.vm.uuid);
      return vmStateOf(await domain.state(this.#stopped.signal));
    } catch (error) {
      if (error instanceof LibvirtError && error.reason === 'no-such-domain') return undefined;
      throw error;
    }
  }

  /** The VM left: both hosts are asked. */
  async #left(): Promise<void> {
    this.#to({ phase: 'verifying' });
    this.#inventory.refresh(this.vm.uuid);
    const expectation = this.#expectation();
    const { connection } = this.#inventory;
    await this.#keepWhereItWent();
    let answers = judgeAnswers(expectation, await queryHosts(this.#platform, connection, expectation));
    // Right after its end a host may still be busy with it.
    for (let tries = 1; tries < verifyTries && verificationOf(answers) === 'contradicted'; tries += 1) {
      if (!(await this.#pause(verifyAgainMilliseconds))) return;
      answers = judgeAnswers(expectation, await queryHosts(this.#platform, connection, expectation));
    }
    const job = this.#inventory.completedJob(this.vm.uuid);
    const recordError = await this.#keepTrack(job);
    this.#finish({
      phase: 'done',
      verification: verificationOf(answers),
      answers,
      ...(this.#paused ? { paused: true as const } : {}),
      ...(this.#expected === undefined ? {} : { predicted: this.#expected.predicted }),
      ...(recordError === undefined ? {} : { recordError }),
      ...(job === undefined ? {} : { elapsedMilliseconds: job.elapsedMilliseconds }),
      ...(job?.downtimeMilliseconds === undefined ? {} : { downtimeMilliseconds: job.downtimeMilliseconds }),
    });
  }

  /** Keeps what was forecast and what came; the answer is why that could not be done. */
  async #keepTrack(job: DomainJob | undefined): Promise<string | undefined> {
    if (this.#expected === undefined || job === undefined) return undefined;
    const { elapsedMilliseconds, downtimeMilliseconds, dataProcessed, throughput } = job;
    return await appendTrackEntry(this.#platform, this.vm.connection, {
      ...this.#expected,
      actual: {
        totalMilliseconds: elapsedMilliseconds,
        ...(downtimeMilliseconds === undefined ? {} : { downtimeMilliseconds }),
        sentBytes: dataProcessed,
        ...(throughput === 0 ? {} : { bytesPerSecond: throughput }),
      },
    });
  }

  /** The call failed, or the job ended without the VM leaving. */
  async #stayed(error: unknown): Promise<void> {
    // Once libvirt has been told to cancel, its words may be others: about one time in five (libvirt 9.0) the connection to the
    // destination is closed first, and it says "End of file while reading data".
    const aborted = error instanceof LibvirtError && error.reason === 'operation-aborted';
    if (aborted || this.#state.get().cancelling) {
      await this.#cancelled();
      return;
    }
    await this.#forgetWhereItWent();
    this.#finish({
      phase: 'failed',
      ...this.#leftBehind(error),
      failure:
        error === undefined
          ? {
              summary: msg('The migration ended and the VM is still here.'),
              original: '',
              advice: msg('libvirt tells the reason only to the program that started it.'),
            }
          : migrationFailure(error),
    });
  }

  async #cancelled(): Promise<void> {
    this.#to({ phase: 'verifying' });
    await this.#forgetWhereItWent();
    const answers = await verifyCancel(this.#inventory.connection, this.#expectation());
    this.#finish({ phase: 'cancelled', answers, ...this.#leftBehind() });
  }

  /**
   * libvirt 9.0 makes the images of disks that are copied before the job tells anything, and leaves them when the migration ends
   * half-way.
   */
  #leftBehind(error?: unknown): { readonly leftBehind?: Message } {
    const early = error instanceof LibvirtError && beforeAnyImage.has(error.reason);
    return this.#copyDisks.length === 0 || (early && !this.#jobSeen)
      ? {}
      : {
          leftBehind: msg(
            'Unfinished images may be left on the destination, under the paths of the disks that were to be copied: $0. The next try would overwrite them; its check of the images names them.',
            this.#copyDisks.join(', '),
          ),
        };
  }

  #expectation(): Expectation {
    const { destination, temporary } = this.#state.get();
    return {
      vm: this.vm,
      paused: this.#paused,
      autostart: this.#autostart,
      ...(destination === undefined ? {} : { destination }),
      ...(temporary === undefined ? {} : { temporary }),
    };
  }

  /** After a temporary migration the definition that stays keeps where the copy runs. */
  async #keepWhereItWent(): Promise<void> {
    if (this.#state.get().temporary !== true) return;
    await this.#changeRecord(async (domain) => {
      const record = await readRecord(domain);
      if (record !== undefined) await writeRecord(domain, { ...record, stage: 'left' });
    });
  }

  async #forgetWhereItWent(): Promise<void> {
    await this.#changeRecord(async (domain) => {
      if ((await readRecord(domain)) !== undefined) await removeRecord(domain);
    });
  }

  /** What is not written now is put right by the inventory when it next reads the VM. */
  async #changeRecord(change: (domain: Domain) => Promise<void>): Promise<void> {
    try {
      await change(this.#inventory.connection.domain(this.vm.uuid));
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error;
    }
    this.#inventory.refresh(this.vm.uuid);
  }

  /** False if the page let go in the meantime. */
  async #pause(milliseconds: number): Promise<boolean> {
    try {
      await delay(milliseconds, this.#stopped.signal);
      return true;
    } catch (error) {
      if (this.#stopped.signal.aborted) return false;
      throw error;
    }
  }
}

function phaseOf(entry: InventoryEntry): MigrationPhase {
  const { summary, progress = noProgress } = entry;
  const state = vmStateOf(summary);
  if (state.kind === 'paused' && state.reason === 'migration') return { phase: 'switching', progress };
  if (state.kind === 'paused' && state.reason === 'post-copy') return { phase: 'post-copy', progress };
  return { phase: 'copying', progress, ...(isVmStalled(entry) ? { stalled: true as const } : {}) };
}

/**
 * True if the call is lost but not necessarily the migration, or if the call's error hides whether the job was cancelled: what
 * libvirt says about the VM then tells.
 */
function isLost(error: unknown): boolean {
  return error instanceof LibvirtError && ['closed', 'daemon-down', 'tunnel-ended'].includes(error.reason);
}
