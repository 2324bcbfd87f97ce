// SPDX-License-Identifier: LGPL-2.1-or-later
import { migrateFlags } from './schema.ts';

export type MigrateFlag = keyof typeof migrateFlags;

/** Parameters of virDomainMigrateToURI3 besides destination and flags. For absent ones, libvirt's defaults apply. */
export interface MigrateParameters {
  /** Where QEMU sends the data, for example `tcp://10.0.0.2`. */
  readonly migrateUri?: string;
  /** With NON_SHARED_DISK: the disks to copy, by their names in the guest. */
  readonly migrateDisks?: readonly string[];
  /** The bandwidth limit, in MiB/s (VIR_MIGRATE_PARAM_BANDWIDTH). */
  readonly bandwidth?: number;
}

/** virsh's options for the flags. */
const options: Readonly<Record<MigrateFlag, string>> = {
  LIVE: '--live',
  PEER2PEER: '--p2p',
  PERSIST_DEST: '--persistent',
  UNDEFINE_SOURCE: '--undefinesource',
  NON_SHARED_DISK: '--copy-storage-all',
  AUTO_CONVERGE: '--auto-converge',
  POSTCOPY: '--postcopy',
};

/** The flags as libvirt's number. */
export function flagsValue(flags: readonly MigrateFlag[]): number {
  return flags.reduce((sum, flag) => sum | migrateFlags[flag], 0);
}

/** The same call as arguments for virsh. Names the VM by its UUID, because a name may look like an option or a number. */
export function migrateCommand(
  uuid: string,
  destination: string,
  { migrateUri, migrateDisks = [], bandwidth }: MigrateParameters,
  flags: readonly MigrateFlag[],
): readonly string[] {
  return [
    'migrate',
    ...flags.map((flag) => options[flag]),
    ...['--domain', uuid, '--desturi', destination],
    ...(migrateUri === undefined ? [] : ['--migrateuri', migrateUri]),
    ...(migrateDisks.length === 0 ? [] : ['--migrate-disks', migrateDisks.join(',')]),
    ...(bandwidth === undefined ? [] : ['--bandwidth', String(bandwidth)]),
  ];
}
