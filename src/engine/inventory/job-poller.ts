// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import type { DomainJob } from '../../libvirt/job.ts';
import { onAbort } from '../../platform/on-abort.ts';

/** The time between an answer and the next query. */
const pauseMilliseconds = 1000;

export interface JobPollerOptions {
  /** Queries the job; undefined if there is none. */
  readonly ask: (signal: AbortSignal) => Promise<DomainJob | undefined>;
  readonly onJob: (job: DomainJob | undefined) => void;
  /** The query failed. Polling continues until it is stopped. */
  readonly onError: (error: unknown) => void;
}

/** Polls one VM's job, one query at a time, because each may take seconds while the guest is busy. */
export class JobPoller {
  readonly #options: JobPollerOptions;
  readonly #ended = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: JobPollerOptions) {
    this.#options = options;
    void this.#ask();
  }

  stop(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const { signal } = this.#ended;
    try {
      const job = await this.#options.ask(signal);
      if (!signal.aborted) this.#options.onJob(job);
    } catch (error) {
      if (!signal.aborted) this.#options.onError(error);
    }
    if (signal.aborted) return;
    this.#timer = setTimeout(() => void this.#ask(), pauseMilliseconds);
  }
}

/** How long an answer over D-Bus may take before virsh is asked instead. */
const patienceMilliseconds = 4000;

/**
 * Queries a domain's job over D-Bus. While an answer is overdue (migrations may hold all worker threads of libvirt-dbus), uses
 * virsh instead and does not queue a second D-Bus call.
 */
export function readJob(
  connection: LibvirtConnection,
  uuid: string,
): (signal: AbortSignal) => Promise<DomainJob | undefined> {
  let pending: Promise<unknown> | undefined;
  return async (signal) => {
    if (pending === undefined) {
      const question = connection.domain(uuid).jobStats(signal);
      const settled = question.then(
        () => undefined,
        () => undefined,
      );
      pending = settled.then(() => {
        pending = undefined;
      });
      const answer = await Promise.race([question.then((job) => ({ job })), overdue(signal, settled)]);
      if (answer !== undefined) return answer.job;
    }
    const details = await connection.details({ active: [uuid], inactive: [] }, signal);
    return details.get(uuid)?.job;
  };
}

/** Resolves at the time limit; `settled` only clears the timer. */
function overdue(signal: AbortSignal, settled: Promise<unknown>): Promise<undefined> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
    };
    const timer = setTimeout(() => {
      end();
      resolve(undefined);
    }, patienceMilliseconds);
    const unsubscribe = onAbort(signal, end);
    void settled.then(end);
  });
}
