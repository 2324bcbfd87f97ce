// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../base/index.ts';
import { type ExpectedMigration, predictionOf, routeOf } from '../forecast/index.ts';
import { vmStateOf } from '../inventory/index.ts';
import { keepDeparture, type MigrationRecord, writeRecord } from '../record/index.ts';
import { watchJob } from './follow-job.ts';
import type { Order, RunContext } from './run-context.ts';
import { callEnd } from './run-event.ts';

/**
 * Writes the record into the VM's definition, then calls libvirt to migrate. Resolves when the call has ended, whatever its result.
 */
export async function callLibvirt(run: RunContext, order: Order): Promise<'over' | 'lost'> {
  const { platform, inventory, vm, dispatch } = run;
  const { choices, plan } = order;
  const { copyDisks = [] } = choices;
  const since = new Date().toISOString();
  const expected = expectedOf(vm, order, since);
  const entry = inventory.entry(vm.uuid);
  const paused = entry !== undefined && vmStateOf(entry.summary).kind === 'paused';
  dispatch({ kind: 'started', paused, ...(expected === undefined ? {} : { expected }) });
  const domain = inventory.connection.domain(vm.uuid);
  const unwatch = watchJob(run);
  try {
    if (entry?.summary.persistent === true) {
      if (!choices.temporary) dispatch({ kind: 'autostart-read', autostart: await domain.autostart() });
      const record: MigrationRecord = {
        destination: choices.destination,
        temporary: choices.temporary,
        stage: 'leaving',
        since,
        ...(copyDisks.length === 0 ? {} : { copyDisks }),
        ...(expected === undefined ? {} : { expected }),
      };
      // If the record cannot be written, another page does not query the destination at the end, and says so.
      await keepDeparture(platform, vm, record);
      await writeRecord(domain, record);
    }
    await domain.migrate(choices.destination, plan.parameters, plan.flagNames);
    unwatch();
    dispatch({ kind: 'call-succeeded' });
    return 'over';
  } catch (error) {
    unwatch();
    const end = callEnd(error);
    dispatch(end);
    return end.kind === 'call-lost' ? 'lost' : 'over';
  }
}

/** The forecast, in the form that is compared with the result. */
function expectedOf(
  { uuid }: VmIdentity,
  { choices, forecast }: Order,
  since: string,
): ExpectedMigration | undefined {
  const predicted = predictionOf(forecast);
  if (predicted === undefined) return undefined;
  return { id: `${uuid} ${since}`, route: routeOf(choices.destination, choices.migrationUri), predicted };
}
