// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainSummary, LibvirtConnection } from '../../libvirt/connection.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import type { DomainEvent } from '../../libvirt/events.ts';
import type { DomainJob } from '../../libvirt/job.ts';
import type { Unsubscribe } from '../../platform/platform.ts';
import { type MigrationRecord, readRecord } from '../record/index.ts';
import { DomainTable } from './domain-table.ts';
import { type InventoryEntry, isPausedForMigration } from './entry.ts';
import { JobWatches } from './job-watches.ts';
import { loadDetails } from './load-details.ts';
import { ReadQueue } from './read-queue.ts';
import { hasStaleRecord, removeStaleRecord } from './stale-record.ts';

/** The values of virDomainEventType and its details that are used here (libvirt-domain.h). */
const started = 2;
const stopped = 5;
const stoppedMigrated = 3;

/**
 * libvirt sends no event when a migration undefines the VM on the source (its issue 186), shortly after the event that the VM
 * stopped. So the VM is read again after this time in milliseconds.
 */
const undefineDelays = [500, 3000];

/** True for errors that mean that libvirt no longer answers. */
function isLost({ reason }: LibvirtError): boolean {
  return reason === 'closed' || reason === 'daemon-down';
}

export interface FollowerOptions {
  readonly connection: LibvirtConnection;
  readonly onChange: () => void;
  /** Reading failed, and the error means that the connection is lost. */
  readonly onLost: (error: unknown) => void;
}

/** The domains of one open connection. All are read once, then single ones after events. */
export class DomainFollower {
  readonly #connection: LibvirtConnection;
  readonly #onLost: (error: unknown) => void;
  readonly #table: DomainTable;
  readonly #queue: ReadQueue;
  readonly #jobs: JobWatches;
  /** Domains that were found paused for a migration, and whose job was read for that reason. */
  readonly #arriving = new Set<string>();
  /** Why domains stopped, from libvirt's events. A transient domain no longer exists then. */
  readonly #stopDetails = new Map<string, number>();
  readonly #ended = new AbortController();
  #details: Promise<void> = Promise.resolve();
  #unsubscribe: Unsubscribe = () => undefined;

  constructor({ connection, onChange, onLost }: FollowerOptions) {
    this.#connection = connection;
    this.#onLost = onLost;
    this.#table = new DomainTable(onChange);
    this.#queue = new ReadQueue((path) => this.#read(path));
    this.#jobs = new JobWatches({
      connection,
      table: this.#table,
      onChange,
      readAgain: (path) => {
        this.#queue.add(path);
      },
      onError: (error) => {
        this.#failed(error);
      },
    });
  }

  /** Reads all domains. Jobs and records follow on their own; until then, records from an earlier connection are used. */
  async load(records: ReadonlyMap<string, MigrationRecord | undefined>): Promise<void> {
    const { signal } = this.#ended;
    // Subscribes first: a domain that changes while the list is read is read again.
    const unsubscribe = await this.#connection.subscribe((event) => {
      this.#onEvent(event);
    });
    if (signal.aborted) {
      unsubscribe();
      return;
    }
    this.#unsubscribe = unsubscribe;
    for (const summary of await this.#connection.list(signal)) {
      this.#table.listed(summary, records.get(summary.path));
    }
    this.#details = this.#loadDetails();
  }

  /** Resolves when the jobs and records of the first list are known, or could not be read. Does not reject. */
  get details(): Promise<void> {
    return this.#details;
  }

  close(): void {
    this.#ended.abort();
    this.#unsubscribe();
    this.#jobs.close();
    this.#queue.close();
  }

  get entries(): Iterable<InventoryEntry> {
    return this.#table.entries.values();
  }

  /** libvirt's figures of the domain's last completed job. */
  completedJob(uuid: string): DomainJob | undefined {
    return this.#jobs.completedJob(this.#path(uuid));
  }

  /** The detail of libvirt's event that the domain stopped (virDomainEventStoppedDetailType). */
  stopDetail(uuid: string): number | undefined {
    return this.#stopDetails.get(this.#path(uuid));
  }

  /** True if the domain had no job at the last query. False if unknown. */
  isJobless(uuid: string): boolean {
    return this.#jobs.isJobless(this.#path(uuid));
  }

  entry(uuid: string): InventoryEntry | undefined {
    return this.#table.get(this.#path(uuid));
  }

  /** Jobs are queried only while something is subscribed. */
  setPolling(polling: boolean): void {
    this.#jobs.setPolling(polling);
  }

  /** Polls the domain's job from now on, even if there is none yet, until {@link unfollow}. */
  follow(uuid: string): void {
    this.#jobs.follow(this.#path(uuid));
  }

  unfollow(uuid: string): void {
    this.#jobs.unfollow(this.#path(uuid));
  }

  /** Reads the domain again, soon. */
  refresh(uuid: string): void {
    this.#queue.add(this.#path(uuid));
  }

  #path(uuid: string): string {
    return this.#connection.domain(uuid).path;
  }

  #onEvent(event: DomainEvent): void {
    const { kind, path } = event;
    if (kind === 'migration-iteration') {
      this.#jobs.watch(path);
      return;
    }
    if (kind === 'job-completed') this.#jobs.completed(path, event.job);
    this.#queue.add(path);
    if (kind === 'lifecycle' && event.event === started) this.#stopDetails.delete(path);
    if (kind === 'lifecycle' && event.event === stopped) this.#stopDetails.set(path, event.detail);
    if (kind === 'lifecycle' && event.event === stopped && event.detail === stoppedMigrated) {
      for (const delay of undefineDelays) this.#queue.addLater(path, delay);
    }
  }

  /** Everything that the first list does not include. */
  async #loadDetails(): Promise<void> {
    const summaries = [...this.entries].map(({ summary }) => summary);
    const { signal } = this.#ended;
    try {
      for await (const { uuid, record, job } of loadDetails(this.#connection, summaries, signal)) {
        const path = this.#path(uuid);
        if (record !== undefined) {
          this.#table.setRecord(path, record);
          this.#tidyRecord(path);
        }
        if (job !== undefined) {
          this.#jobs.told(path, job);
          this.#jobs.watch(path);
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  /** If a domain is gone or its call is refused, the connection still works. Any other error means that it is lost. */
  #failed(error: unknown): void {
    if (error instanceof LibvirtError && isLost(error)) this.#onLost(error);
  }

  async #read(path: string): Promise<void> {
    const { signal } = this.#ended;
    try {
      const summary = await this.#connection.read(path, signal);
      if (signal.aborted) return;
      if (summary === undefined) {
        this.#forget(path);
        return;
      }
      const record = summary.persistent ? await readRecord(this.#connection.domain(summary.uuid)) : undefined;
      if (this.#ended.signal.aborted) return;
      this.#table.read(path, summary, record);
      this.#askArriving(path, summary);
      this.#tidyRecord(path);
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  /**
   * Paused for a migration. On the source, this is the switch-over of a job that was not seen before. On the destination, libvirt
   * has no figures, so one query is enough.
   */
  #askArriving(path: string, summary: DomainSummary): void {
    if (!isPausedForMigration(summary)) {
      this.#arriving.delete(path);
    } else if (this.#table.get(path)?.job === undefined && !this.#arriving.has(path)) {
      this.#arriving.add(path);
      this.#jobs.watch(path);
    }
  }

  #forget(path: string): void {
    this.#jobs.unwatch(path);
    this.#arriving.delete(path);
    this.#table.remove(path);
  }

  #tidyRecord(path: string): void {
    const entry = this.#table.get(path);
    if (entry === undefined || this.#jobs.isWanted(path) || !hasStaleRecord(entry, Date.now())) return;
    const { signal } = this.#ended;
    void removeStaleRecord(this.#connection, entry.summary, signal).then(
      (removed) => {
        if (removed) this.#queue.add(path);
      },
      (error: unknown) => {
        if (!signal.aborted) this.#failed(error);
      },
    );
  }
}
