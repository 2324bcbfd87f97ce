// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainSummary } from '../../libvirt/connection.ts';
import type { DomainJob } from '../../libvirt/job.ts';
import { isStandInName } from '../base/index.ts';
import { nextProgress } from '../progress/index.ts';
import type { MigrationRecord } from '../record/index.ts';
import { type InventoryEntry, isActive } from './entry.ts';

/** What is known about the domains of one connection, by object path. */
export class DomainTable {
  readonly #entries = new Map<string, InventoryEntry>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get entries(): ReadonlyMap<string, InventoryEntry> {
    return this.#entries;
  }

  get(path: string): InventoryEntry | undefined {
    return this.#entries.get(path);
  }

  /** Adds a domain of the first list, unless an event has already added it, which is newer. */
  listed(summary: DomainSummary, record: MigrationRecord | undefined): void {
    if (isStandIn(summary)) return;
    if (!this.#entries.has(summary.path)) this.#entries.set(summary.path, withoutJob(summary, record));
  }

  /** Updates a domain that was read again. Its job stays while it is active. */
  read(path: string, summary: DomainSummary, record: MigrationRecord | undefined): void {
    if (isStandIn(summary)) return;
    const known = this.#entries.get(path);
    const kept = known?.job !== undefined && isActive(summary);
    this.#entries.set(path, {
      ...(kept ? { ...known, summary } : withoutJob(summary, record)),
      ...(record === undefined ? {} : { record }),
    });
    this.#onChange();
  }

  setRecord(path: string, record: MigrationRecord): void {
    this.#update(path, (entry) => ({ ...entry, record }));
  }

  setJob(path: string, job: DomainJob): void {
    this.#update(path, (entry) => ({
      ...entry,
      job,
      jobBegan: Date.now() - job.elapsedMilliseconds,
      progress: nextProgress(entry.progress, job, entry.summary.memoryBytes ?? 0),
    }));
  }

  /** True if there was one. */
  removeJob(path: string): boolean {
    if (this.#entries.get(path)?.job === undefined) return false;
    this.#update(path, ({ summary, record }) => withoutJob(summary, record));
    return true;
  }

  remove(path: string): void {
    if (this.#entries.delete(path)) this.#onChange();
  }

  #update(path: string, change: (entry: InventoryEntry) => InventoryEntry): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.set(path, change(entry));
    this.#onChange();
  }
}

/** The stand-in of a rehearsal is not a VM of a user, and it is removed soon. */
function isStandIn({ name, persistent }: DomainSummary): boolean {
  return !persistent && isStandInName(name);
}

function withoutJob(summary: DomainSummary, record: MigrationRecord | undefined): InventoryEntry {
  return record === undefined ? { summary } : { summary, record };
}
