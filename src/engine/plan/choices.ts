// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../base/index.ts';
import type { MigrationTuning } from './tuning.ts';

/**
 * Everything that the admin chose for one migration, as plain data. It comes from the dialog, the deep link or the command line.
 */
export interface MigrationChoices {
  readonly vm: VmIdentity;
  /** Destination URI, already completed (see `engine/destination`), for example `qemu+ssh://beta/system`. */
  readonly destination: string;
  /**
   * False: permanent, the definition moves to the destination. True: a transient copy runs there, and the definition stays here.
   */
  readonly temporary: boolean;
  /** Address for the data (`tcp://10.0.0.2`) instead of the destination's own host name. */
  readonly migrationUri?: string;
  /**
   * Disks that are copied to the destination with the migration, by their names in the guest (`vda`), sorted, without duplicates;
   * absent: none. The other disks have to be on shared storage.
   */
  readonly copyDisks?: readonly string[];
  /**
   * The period for measuring the dirty rate, in whole seconds from 1 to 60 (libvirt's limits); absent: several windows, 15 s in
   * total.
   */
  readonly dirtyRateSeconds?: number;
  /** The bandwidth that the admin entered; absent: it is measured. */
  readonly bandwidthBytesPerSecond?: number;
  /** How the migration runs; absent: libvirt's defaults. */
  readonly tuning?: MigrationTuning;
  /** URI parameters that run programs or weaken checks, which the admin confirmed by name. */
  readonly confirmedUriParameters: readonly string[];
  /** True: a stand-in of the VM migrates first, and the VM only after it has arrived. */
  readonly rehearse?: boolean;
  /** True: rehearse even if hooks of libvirt on either host run for the stand-in. */
  readonly rehearseWithHooks?: boolean;
}
