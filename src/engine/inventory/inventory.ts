// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtConnection } from '../../libvirt/connection.ts';
import type { DomainJob } from '../../libvirt/job.ts';
import type { Platform, Unsubscribe } from '../../platform/platform.ts';
import { Cell, type ConnectionName, msg, type ReadonlyCell } from '../base/index.ts';
import { originalText, type Refusal, refusal } from '../failure/index.ts';
import { watchDaemon } from './daemon-watch.ts';
import { DomainFollower } from './domain-follower.ts';
import { type InventoryEntry, vmOf } from './entry.ts';
import { diagnoseConnection } from './problem.ts';
import { readOnlyList } from './read-only-list.ts';
import { hasSessionBus } from './session-bus.ts';
import type { InventoryState, Vm } from './vm.ts';

/** The first and the longest delay between two attempts to connect. */
const firstPauseMilliseconds = 1000;
const longestPauseMilliseconds = 30_000;

/** Changes within this time are published together. */
const publishMilliseconds = 20;

/** The VMs of one libvirt connection, kept up to date by events. */
export class Inventory {
  readonly connectionName: ConnectionName;
  readonly #platform: Platform;
  readonly #state = new Cell<InventoryState>({ kind: 'loading' });
  #listeners = 0;
  #connection: LibvirtConnection;
  #follower: DomainFollower;
  /** Releases the present connection. */
  #release: Unsubscribe = () => undefined;
  readonly #followed = new Set<string>();
  #started = false;
  #pause = firstPauseMilliseconds;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #publishTimer: ReturnType<typeof setTimeout> | undefined;
  /** The rows published last, so that an unchanged row stays the same object. */
  #rows = new Map<InventoryEntry, Vm>();

  constructor(platform: Platform, connectionName: ConnectionName) {
    this.#platform = platform;
    this.connectionName = connectionName;
    this.#connection = new LibvirtConnection(platform, connectionName);
    this.#follower = this.#newFollower();
  }

  /** What the page shows. Jobs are queried only while something is subscribed. */
  readonly state: ReadonlyCell<InventoryState> = {
    get: () => this.#state.get(),
    subscribe: (listener) => {
      const undo = this.#state.subscribe(listener);
      this.#listeners += 1;
      this.#follower.setPolling(true);
      let undone = false;
      return () => {
        if (undone) return;
        undone = true;
        undo();
        this.#listeners -= 1;
        this.#follower.setPolling(this.#listeners > 0);
      };
    },
  };

  /** The present connection. It changes after a reconnect. */
  get connection(): LibvirtConnection {
    return this.#connection;
  }

  /** Connects and follows the VMs until {@link stop}. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#connect();
  }

  stop(): void {
    this.#started = false;
    this.#letGo();
  }

  /** Reconnects at once, without waiting for the next attempt. */
  retry(): void {
    if (!this.#started) return;
    this.#pause = firstPauseMilliseconds;
    void this.#connect();
  }

  /** Starts the unit that an InventoryProblem names, as root, and reconnects. */
  async startUnit(unit: string): Promise<Refusal | undefined> {
    const user = this.connectionName === 'session';
    const failed = msg('Starting $0 failed.', unit);
    try {
      const result = await this.#platform.run(
        ['systemctl', ...(user ? ['--user'] : []), 'start', '--', unit],
        { environment: { LC_ALL: 'C' }, ...(user ? {} : { superuser: 'require' as const }) },
      );
      // If libvirt-dbus has no unit, the bus starts it at the first call.
      this.retry();
      return result.exitCode === 0 ? undefined : { summary: failed, original: result.stderr.trim() };
    } catch (error) {
      return refusal(error, failed);
    }
  }

  /** What is known about a VM, for the engine. */
  entry(uuid: string): InventoryEntry | undefined {
    return this.#follower.entry(uuid);
  }

  /** True if the VM had no job at the last query; false if unknown. */
  isJobless(uuid: string): boolean {
    return this.#follower.isJobless(uuid);
  }

  /** libvirt's figures of the VM's last completed job. */
  completedJob(uuid: string): DomainJob | undefined {
    return this.#follower.completedJob(uuid);
  }

  /** Why the VM stopped, from libvirt's event on this connection (virDomainEventStoppedDetailType). */
  stopDetail(uuid: string): number | undefined {
    return this.#follower.stopDetail(uuid);
  }

  /** All known VMs, whether or not they are shown at the moment. */
  get entries(): Iterable<InventoryEntry> {
    return this.#follower.entries;
  }

  /** Polls the VM's job, even if there is none yet, until {@link unfollow}, also over a new connection. */
  follow(uuid: string): void {
    this.#followed.add(uuid);
    this.#follower.follow(uuid);
  }

  unfollow(uuid: string): void {
    this.#followed.delete(uuid);
    this.#follower.unfollow(uuid);
  }

  /** Resolves when the published list includes the jobs and records of the first list. Does not reject. */
  async complete(): Promise<void> {
    await this.#follower.details;
    if (this.#state.get().kind === 'ready') this.#publish();
  }

  /** Reads the VM again, soon. */
  refresh(uuid: string): void {
    this.#follower.refresh(uuid);
  }

  #newFollower(): DomainFollower {
    const follower = new DomainFollower({
      connection: this.#connection,
      onChange: () => {
        this.#publishSoon();
      },
      onLost: (error) => {
        if (this.#follower === follower) this.#lost(error);
      },
    });
    follower.setPolling(this.#listeners > 0);
    return follower;
  }

  #isStopped(): boolean {
    return !this.#started;
  }

  /** Closes the present connection and ends everything that waits. */
  #letGo(): void {
    clearTimeout(this.#retryTimer);
    this.#release();
    this.#release = () => undefined;
  }

  /**
   * Connects to the host's libvirt or the user's own, if there is one. The session bus is checked before each attempt, because it
   * may have gone.
   */
  async #connect(): Promise<void> {
    const possible = this.connectionName === 'system' || (await hasSessionBus(this.#platform));
    // Stopped while the bus was checked.
    if (this.#isStopped()) return;
    if (!possible) {
      this.#state.set({ kind: 'ready', vms: [], readOnly: false });
      return;
    }
    this.#letGo();
    const connection = new LibvirtConnection(this.#platform, this.connectionName);
    this.#connection = connection;
    const records = new Map([...this.#follower.entries].map(({ summary, record }) => [summary.path, record]));
    const follower = this.#newFollower();
    this.#follower = follower;
    this.#rows = new Map();
    const releases: Unsubscribe[] = [];
    this.#release = () => {
      for (const release of releases) release();
      follower.close();
      connection.close();
    };
    try {
      await follower.load(records);
      if (this.#follower !== follower || !this.#started) return;
      for (const uuid of this.#followed) follower.follow(uuid);
      releases.push(
        connection.onClosed((error) => {
          this.#lost(error);
        }),
        connection.onOwner((present) => {
          if (!present) this.#lost(new Error('libvirt-dbus left the bus'));
        }),
        watchDaemon(this.#platform, connection, this.connectionName, (error) => {
          this.#lost(error);
        }),
      );
      this.#pause = firstPauseMilliseconds;
      this.#publish();
    } catch (error) {
      if (this.#follower === follower && this.#started) await this.#failed(follower, error);
    }
  }

  /** A connection that worked is lost: the VMs stay visible during the reconnect. */
  #lost(error: unknown): void {
    if (!this.#started) return;
    this.#letGo();
    this.#state.set({ kind: 'reconnecting', vms: this.#shown(), detail: originalText(error) });
    this.#retryLater();
  }

  async #failed(follower: DomainFollower, error: unknown): Promise<void> {
    this.#letGo();
    const state = await this.#failure(error);
    if (this.#follower !== follower || !this.#started) return;
    this.#state.set(state);
    // There is no session connection to wait for.
    if (this.connectionName === 'system') this.#retryLater();
  }

  async #failure(error: unknown): Promise<InventoryState> {
    if (this.connectionName === 'session') return { kind: 'ready', vms: [], readOnly: false };
    const problem = await diagnoseConnection(this.#platform, this.connectionName, error);
    if (problem.kind === 'access-denied') {
      const vms = await readOnlyList(this.#platform, this.connectionName);
      if (vms !== undefined) return { kind: 'ready', vms, readOnly: true };
    }
    const known = this.#state.get();
    if (problem.kind === 'other' && known.kind === 'reconnecting')
      return { ...known, detail: problem.detail };
    return { kind: 'problem', problem };
  }

  #retryLater(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => void this.#connect(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, longestPauseMilliseconds);
  }

  #shown(): readonly Vm[] {
    const state = this.#state.get();
    return state.kind === 'ready' || state.kind === 'reconnecting' ? state.vms : [];
  }

  #publishSoon(): void {
    this.#publishTimer ??= setTimeout(() => {
      this.#publishTimer = undefined;
      const { kind } = this.#state.get();
      if (this.#started && kind === 'ready') this.#publish();
    }, publishMilliseconds);
  }

  #publish(): void {
    const rows = new Map<InventoryEntry, Vm>();
    for (const entry of this.#follower.entries) {
      rows.set(entry, this.#rows.get(entry) ?? vmOf(this.connectionName, entry));
    }
    this.#rows = rows;
    this.#state.set({ kind: 'ready', vms: [...rows.values()], readOnly: false });
  }
}
