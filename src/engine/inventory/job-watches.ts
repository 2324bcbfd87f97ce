// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import { type DomainJob, isOutgoingMigration } from '../../libvirt/job.ts';
import type { DomainTable } from './domain-table.ts';
import { JobPoller, readJob } from './job-poller.ts';

export interface JobWatchesOptions {
  readonly connection: LibvirtConnection;
  readonly table: DomainTable;
  /** A domain was found to have no job. */
  readonly onChange: () => void;
  /** The known data of the domain may be outdated. */
  readonly readAgain: (path: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Polls the jobs of the domains while something is subscribed. */
export class JobWatches {
  readonly #options: JobWatchesOptions;
  readonly #pollers = new Map<string, JobPoller>();
  /** Domains whose job is polled even if there is none yet. */
  readonly #wanted = new Set<string>();
  /** Domains that had no job at the last query. */
  readonly #jobless = new Set<string>();
  readonly #completed = new Map<string, DomainJob>();
  #polling = true;
  #closed = false;

  constructor(options: JobWatchesOptions) {
    this.#options = options;
  }

  /** libvirt's figures of the domain's last completed job. */
  completedJob(path: string): DomainJob | undefined {
    return this.#completed.get(path);
  }

  /** True if the domain had no job at the last query. False if unknown. */
  isJobless(path: string): boolean {
    return this.#jobless.has(path);
  }

  isWanted(path: string): boolean {
    return this.#wanted.has(path);
  }

  /** Jobs are queried only while something is subscribed. */
  setPolling(polling: boolean): void {
    if (polling === this.#polling) return;
    this.#polling = polling;
    if (!polling) {
      this.#stopAll();
      return;
    }
    for (const [path, entry] of this.#options.table.entries) {
      if (entry.job !== undefined || this.#wanted.has(path)) this.watch(path);
    }
  }

  /** Polls the domain's job from now on, even if there is none yet, until {@link unfollow}. */
  follow(path: string): void {
    this.#completed.delete(path);
    this.#jobless.delete(path);
    this.#wanted.add(path);
    this.watch(path);
  }

  unfollow(path: string): void {
    this.#wanted.delete(path);
    if (this.#options.table.get(path)?.job === undefined) this.unwatch(path);
  }

  watch(path: string): void {
    if (!this.#polling || this.#closed || this.#pollers.has(path)) return;
    const entry = this.#options.table.get(path);
    if (entry === undefined) return;
    const { connection, onChange, onError, readAgain } = this.#options;
    this.#pollers.set(
      path,
      new JobPoller({
        ask: readJob(connection, entry.summary.uuid),
        onJob: (job) => {
          this.told(path, job);
          if (job !== undefined || this.#jobless.has(path)) return;
          this.#jobless.add(path);
          onChange();
        },
        // The destination of a migration has no figures, and the domain may be gone. Reading it again gives the answer.
        onError: (error) => {
          onError(error);
          this.told(path, undefined);
          readAgain(path);
        },
      }),
    );
  }

  unwatch(path: string): void {
    this.#pollers.get(path)?.stop();
    this.#pollers.delete(path);
  }

  completed(path: string, job: DomainJob): void {
    this.#completed.set(path, job);
  }

  /** libvirt reported the domain's job, or that it has none. */
  told(path: string, job: DomainJob | undefined): void {
    if (job !== undefined && isOutgoingMigration(job)) {
      this.#jobless.delete(path);
      this.#options.table.setJob(path, job);
      return;
    }
    if (!this.#wanted.has(path)) this.unwatch(path);
    if (this.#options.table.removeJob(path)) this.#options.readAgain(path);
  }

  close(): void {
    this.#closed = true;
    this.#stopAll();
  }

  #stopAll(): void {
    for (const poller of this.#pollers.values()) poller.stop();
    this.#pollers.clear();
  }
}
