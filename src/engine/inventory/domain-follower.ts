// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainSummary, LibvirtConnection } from '../../libvirt/connection.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import type { DomainEvent } from '../../libvirt/events.ts';
import { type DomainJob, isOutgoingMigration } from '../../libvirt/job.ts';
import type { Unsubscribe } from '../../platform/platform.ts';
import { nextProgress } from '../progress/index.ts';
import {
  type MigrationRecord,
  parseRecord,
  readRecord,
  recordNamespace,
  removeRecord,
} from '../record/index.ts';
import { type InventoryEntry, isActive, isPausedForMigration } from './entry.ts';
import { JobPoller, readJob } from './job-poller.ts';
import { isStale } from './temporary-copy.ts';
import { isReasonLost, vmStateOf } from './vm-state.ts';

/** virDomainEventType and details that are looked at (libvirt-domain.h). */
const stopped = 5;
const stoppedMigrated = 3;

/**
 * libvirt sends no event when a migration undefines the VM at the source (its issue 186), and does so a moment after it
 * has told that the VM stopped. So the VM is read again after these milliseconds.
 */
const undefineDelays = [500, 3000];

/** How many domains are read again at the same time: libvirt-dbus has four worker threads, for everybody. */
const readersAtOnce = 2;

/** Domains per virsh process: its commands are one argument, and Linux allows 128 KiB for one. */
const detailsAtOnce = 250;

/** True for errors that say that nobody answers any more. */
function isLost({ reason }: LibvirtError): boolean {
  return reason === 'closed' || reason === 'daemon-down';
}

export interface FollowerOptions {
  readonly connection: LibvirtConnection;
  readonly onChange: () => void;
  /** Reading failed in a way that says that the connection is lost. */
  readonly onLost: (error: unknown) => void;
}

/** The domains of one living connection: read once, then one by one as events tell. */
export class DomainFollower {
  readonly #options: FollowerOptions;
  readonly #connection: LibvirtConnection;
  /** By object path. */
  readonly #entries = new Map<string, InventoryEntry>();
  /** Domains that answered, when last asked, that they have no job. */
  readonly #jobless = new Set<string>();
  /** Domains that were found paused for a migration, and asked for their job because of it. */
  readonly #arriving = new Set<string>();
  readonly #completed = new Map<string, DomainJob>();
  readonly #watches = new Map<string, JobPoller>();
  /** Domains whose job is watched even before there is one, by path. */
  readonly #wanted = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #reading = new Set<string>();
  #details: Promise<void> = Promise.resolve();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #ended = new AbortController();
  #polling = true;
  #unsubscribe: Unsubscribe = () => undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#connection = options.connection;
  }

  /**
   * Reads all domains. What else there is to know (jobs, records) follows by itself; until then the records that are
   * known from an earlier connection count.
   */
  async load(records: ReadonlyMap<string, MigrationRecord | undefined>): Promise<void> {
    const { signal } = this.#ended;
    // Events come first: what changes while the list is being read is read again.
    const unsubscribe = await this.#connection.subscribe((event) => {
      this.#onEvent(event);
    });
    if (signal.aborted) {
      unsubscribe();
      return;
    }
    this.#unsubscribe = unsubscribe;
    for (const summary of await this.#connection.list(signal)) {
      if (this.#entries.has(summary.path)) continue;
      this.#entries.set(summary.path, withoutJob(summary, records.get(summary.path)));
    }
    this.#details = this.#loadDetails();
  }

  /** Resolves when the jobs and records that were there at the beginning are known, or cannot be. Does not reject. */
  get details(): Promise<void> {
    return this.#details;
  }

  close(): void {
    this.#ended.abort();
    this.#unsubscribe();
    for (const watch of this.#watches.values()) watch.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#watches.clear();
  }

  get entries(): Iterable<InventoryEntry> {
    return this.#entries.values();
  }

  /** What libvirt told of the domain's last job when it was completed. */
  completedJob(uuid: string): DomainJob | undefined {
    return this.#completed.get(this.#path(uuid));
  }

  /** True if the domain, when last asked, had no job. False while that is not known. */
  isJobless(uuid: string): boolean {
    return this.#jobless.has(this.#path(uuid));
  }

  entry(uuid: string): InventoryEntry | undefined {
    return this.#entries.get(this.#path(uuid));
  }

  /** Jobs are asked for only while somebody looks. */
  setPolling(polling: boolean): void {
    if (polling === this.#polling) return;
    this.#polling = polling;
    for (const [path, entry] of this.#entries) {
      if (polling && (entry.job !== undefined || this.#wanted.has(path))) this.#watch(path);
    }
    if (polling) return;
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
  }

  /** Watches the domain's job from now on, even before there is one, until {@link unfollow}. */
  follow(uuid: string): void {
    const path = this.#path(uuid);
    this.#completed.delete(path);
    this.#jobless.delete(path);
    this.#wanted.add(path);
    this.#watch(path);
  }

  unfollow(uuid: string): void {
    const path = this.#path(uuid);
    this.#wanted.delete(path);
    if (this.#entries.get(path)?.job === undefined) this.#unwatch(path);
  }

  /** Reads the domain again, soon. */
  refresh(uuid: string): void {
    this.#readAgain(this.#path(uuid));
  }

  #path(uuid: string): string {
    return this.#connection.domain(uuid).path;
  }

  #onEvent(event: DomainEvent): void {
    switch (event.kind) {
      case 'migration-iteration':
        this.#watch(event.path);
        break;
      case 'job-completed':
        this.#completed.set(event.path, event.job);
        this.#readAgain(event.path);
        break;
      case 'lifecycle':
        this.#readAgain(event.path);
        if (event.event === stopped && event.detail === stoppedMigrated) {
          for (const delay of undefineDelays) {
            this.#later(delay, () => {
              this.#readAgain(event.path);
            });
          }
        }
        break;
      default:
        this.#readAgain(event.path);
        break;
    }
  }

  #later(milliseconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #update(path: string, change: (entry: InventoryEntry) => InventoryEntry): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.set(path, change(entry));
    this.#options.onChange();
  }

  /** One more virsh process for everything that the list itself does not have. */
  async #loadDetails(): Promise<void> {
    const summaries = [...this.#entries.values()].map(({ summary }) => summary);
    try {
      for (let at = 0; at < summaries.length; at += detailsAtOnce) {
        await this.#loadSomeDetails(summaries.slice(at, at + detailsAtOnce));
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#failed(error);
    }
  }

  async #loadSomeDetails(summaries: readonly DomainSummary[]): Promise<void> {
    const uuids = (active: boolean): readonly string[] =>
      summaries.filter((summary) => isActive(summary) === active).map(({ uuid }) => uuid);
    const details = await this.#connection.details(
      { active: uuids(true), inactive: uuids(false), metadataUri: recordNamespace },
      this.#ended.signal,
    );
    for (const [uuid, { job, metadata }] of details) {
      const path = this.#path(uuid);
      const record = metadata === undefined ? undefined : parseRecord(metadata);
      if (record !== undefined) {
        this.#update(path, (entry) => ({ ...entry, record }));
        this.#removeIfStale(path);
      }
      if (job !== undefined && isOutgoingMigration(job)) {
        this.#onJob(path, job);
        this.#watch(path);
      }
    }
  }

  /** A domain that is gone or refuses says nothing about the connection; whatever else fails, does. */
  #failed(error: unknown): void {
    if (error instanceof LibvirtError && isLost(error)) this.#options.onLost(error);
  }

  #readAgain(path: string): void {
    if (this.#ended.signal.aborted) return;
    this.#dirty.add(path);
    this.#pump();
  }

  #pump(): void {
    for (const path of this.#dirty) {
      if (this.#reading.size >= readersAtOnce) return;
      if (this.#reading.has(path)) continue;
      this.#dirty.delete(path);
      this.#reading.add(path);
      void this.#read(path).finally(() => {
        this.#reading.delete(path);
        this.#pump();
      });
    }
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
      const known = this.#entries.get(path);
      const job = isActive(summary) ? known?.job : undefined;
      this.#entries.set(path, {
        ...(known === undefined || job === undefined ? withoutJob(summary, record) : { ...known, summary }),
        ...(record === undefined ? {} : { record }),
      });
      this.#options.onChange();
      if (!isPausedForMigration(summary)) {
        this.#arriving.delete(path);
      } else if (job === undefined && !this.#arriving.has(path)) {
        // On the source that is the switch-over of a job that was not seen before; on the destination there are no
        // figures, and one question is enough.
        this.#arriving.add(path);
        this.#watch(path);
      }
      this.#removeIfStale(path);
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  #forget(path: string): void {
    this.#unwatch(path);
    this.#arriving.delete(path);
    if (this.#entries.delete(path)) this.#options.onChange();
  }

  #removeIfStale(path: string): void {
    const { summary, record, job } = this.#entries.get(path) ?? {};
    if (summary === undefined || record === undefined || this.#wanted.has(path)) return;
    const hasJob = job !== undefined || isPausedForMigration(summary);
    if (!isStale(record, vmStateOf(summary), isReasonLost(summary), hasJob, Date.now())) return;
    void this.#removeRecord(path, summary);
  }

  async #removeRecord(path: string, summary: DomainSummary): Promise<void> {
    const domain = this.#connection.domain(summary.uuid);
    const { signal } = this.#ended;
    try {
      // A change during a migration would keep one of libvirt-dbus's few workers waiting for 30 s.
      if (isActive(summary) && (await domain.jobStats(signal)) !== undefined) return;
      await removeRecord(domain);
      this.#readAgain(path);
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  #watch(path: string): void {
    if (!this.#polling || this.#ended.signal.aborted || this.#watches.has(path)) return;
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    const { uuid } = entry.summary;
    this.#watches.set(
      path,
      new JobPoller({
        ask: readJob(this.#connection, uuid),
        onJob: (job) => {
          this.#onJob(path, job);
          if (job !== undefined || this.#jobless.has(path)) return;
          this.#jobless.add(path);
          this.#options.onChange();
        },
        // The destination of a migration has no figures, and a domain may be gone: reading it again tells.
        onError: (error) => {
          this.#failed(error);
          this.#onJob(path, undefined);
          this.#readAgain(path);
        },
      }),
    );
  }

  #unwatch(path: string): void {
    this.#watches.get(path)?.stop();
    this.#watches.delete(path);
  }

  #onJob(path: string, job: DomainJob | undefined): void {
    if (job !== undefined && isOutgoingMigration(job)) {
      this.#jobless.delete(path);
      this.#update(path, (entry) => withJob(entry, job));
      return;
    }
    if (!this.#wanted.has(path)) this.#unwatch(path);
    const had = this.#entries.get(path);
    if (had?.job === undefined) return;
    this.#update(path, ({ summary, record }) => withoutJob(summary, record));
    this.#readAgain(path);
  }
}

function withJob(entry: InventoryEntry, job: DomainJob): InventoryEntry {
  return {
    ...entry,
    job,
    jobBegan: Date.now() - job.elapsedMilliseconds,
    progress: nextProgress(entry.progress, job, entry.summary.memoryBytes ?? 0),
  };
}

function withoutJob(summary: DomainSummary, record: MigrationRecord | undefined): InventoryEntry {
  return record === undefined ? { summary } : { summary, record };
}
