// SPDX-License-Identifier: LGPL-2.1-or-later
import { isOurDeparture, type MigrationRecord } from '../record/index.ts';
import type { RunContext } from './run-context.ts';
import { recordOfJob } from './run-event.ts';

/**
 * Reads the destination of a migration that was not started here from the VM's record. A record counts only if this program wrote
 * it. Each is looked up once.
 */
export class RecordReader {
  readonly #run: RunContext;
  #record: MigrationRecord | undefined;
  #end: Promise<void> = Promise.resolve();

  constructor(run: RunContext) {
    this.#run = run;
  }

  /** Resolves when all records seen so far have been looked up. */
  get settled(): Promise<void> {
    return this.#end;
  }

  look(): void {
    const { inventory, vm, state } = this.#run;
    if (state().facts.destination !== undefined) return;
    const record = recordOfJob(inventory.entry(vm.uuid));
    if (record === undefined || record === this.#record) return;
    this.#record = record;
    this.#end = this.#lookUp(record);
  }

  async #lookUp(record: MigrationRecord): Promise<void> {
    const { platform, vm, dispatch } = this.#run;
    if (await isOurDeparture(platform, vm, record)) dispatch({ kind: 'record-read', record });
  }
}
