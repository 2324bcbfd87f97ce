// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Domain } from '../../libvirt/domain.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { readRecord, removeRecord, writeRecord } from '../record/index.ts';
import type { RunContext } from './run-context.ts';

/** After a temporary migration, the definition on this host records where the copy runs. */
export async function keepWhereItWent(run: RunContext): Promise<void> {
  if (run.state().facts.temporary !== true) return;
  await changeRecord(run, async (domain) => {
    const record = await readRecord(domain);
    if (record !== undefined) await writeRecord(domain, { ...record, stage: 'left' });
  });
}

/** After any other result, the record is outdated. */
export async function forgetWhereItWent(run: RunContext): Promise<void> {
  await changeRecord(run, async (domain) => {
    if ((await readRecord(domain)) !== undefined) await removeRecord(domain);
  });
}

/** If this fails, the inventory repairs it when it reads the VM the next time. */
async function changeRecord(
  { inventory, vm }: RunContext,
  change: (domain: Domain) => Promise<void>,
): Promise<void> {
  try {
    await change(inventory.connection.domain(vm.uuid));
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
  }
  inventory.refresh(vm.uuid);
}
