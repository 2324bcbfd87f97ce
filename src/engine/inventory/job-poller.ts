// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import type { DomainJob } from '../../libvirt/job.ts';
import { onAbort } from '../../platform/on-abort.ts';

/** How long to wait between one answer and the next question. */
const pauseMilliseconds = 1000;

export interface JobPollerOptions {
  /** Asks libvirt for the job; undefined when there is none. */
  readonly ask: (signal: AbortSignal) => Promise<DomainJob | undefined>;
  readonly onJob: (job: DomainJob | undefined) => void;
  /** The question failed; the watch goes on until it is stopped. */
  readonly onError: (error: unknown) => void;
}

/** Asks for one VM's job again and again, one question at a time (each may take seconds while the guest is busy). */
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
 * Asks for a domain's job over D-Bus. While an answer is overdue (all of libvirt-dbus's worker threads may be held by
 * migrations) virsh is asked instead, and no second question is put into libvirt-dbus's queue.
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

/** Resolves when the patience is over; `settled` only ends the clock. */
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
