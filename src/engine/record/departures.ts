// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError } from '../../platform/platform.ts';
import type { VmIdentity } from '../base/index.ts';
import { appendState, readState } from '../store/index.ts';
import { type MigrationRecord, recordXml } from './record.ts';

/**
 * What this program wrote into a VM's definition, kept a second time where only root can write (the user, for their own libvirt). A
 * definition can be changed by whoever may define VMs, also without being an administrator, and this host's root connects to the
 * destination that the record names: so a record is gone by only if it is found here, too.
 */
function lineOf(vm: VmIdentity, record: MigrationRecord): string {
  return JSON.stringify({ vm: vm.uuid, record: recordXml({ ...record, stage: 'leaving' }) });
}

/** Keeps the record before it is written; the answer is why that could not be done. Does not reject. */
export async function keepDeparture(
  platform: Pick<Platform, 'run'>,
  vm: VmIdentity,
  record: MigrationRecord,
): Promise<string | undefined> {
  return await appendState(platform, vm.connection, 'departures.jsonl', lineOf(vm, record));
}

/** True if this program wrote the record, as it is. Does not reject: what cannot be looked up is not known to be ours. */
export async function isOurDeparture(
  platform: Pick<Platform, 'run'>,
  vm: VmIdentity,
  record: MigrationRecord,
): Promise<boolean> {
  try {
    const lines = await readState(platform, vm.connection, 'departures.jsonl');
    return lines.split('\n').includes(lineOf(vm, record));
  } catch (error) {
    if (error instanceof PlatformError) return false;
    throw error;
  }
}
