// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError } from '../../platform/platform.ts';
import type { VmIdentity } from '../base/index.ts';
import { appendState, readState } from '../store/index.ts';
import { type MigrationRecord, recordXml } from './record.ts';

/**
 * A second copy of what this program wrote into a VM's definition, in a place that only root can write (for a user's own libvirt:
 * that user). Users who may define VMs can change a definition without being administrators, and root of this host connects to the
 * destination in the record. So a record is used only if it is here, too.
 */
function lineOf(vm: VmIdentity, record: MigrationRecord): string {
  return JSON.stringify({ vm: vm.uuid, record: recordXml({ ...record, stage: 'leaving' }) });
}

/** Stores the copy before the record is written. Resolves to the reason if that failed. Does not reject. */
export async function keepDeparture(
  platform: Pick<Platform, 'run'>,
  vm: VmIdentity,
  record: MigrationRecord,
): Promise<string | undefined> {
  return await appendState(platform, vm.connection, 'departures.jsonl', lineOf(vm, record));
}

/** True if this program wrote exactly this record. False if that cannot be found out. Does not reject. */
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
