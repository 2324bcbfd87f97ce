// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../base/index.ts';
import type { MigrationTuning } from './tuning.ts';

/** Everything the admin chose for one migration. Plain data: the dialog's form, the deep link and the command line. */
export interface MigrationChoices {
  readonly vm: VmIdentity;
  /** Destination URI, already completed (see destination-uri.ts), for example `qemu+ssh://beta/system`. */
  readonly destination: string;
  /** False: permanent, the definition moves. True: a transient copy runs there, the definition stays here. */
  readonly temporary: boolean;
  /** Address for the data (`tcp://10.0.0.2`), instead of the host name that the destination gives. */
  readonly migrationUri?: string;
  /**
   * Disks that are copied to the destination with the migration, by their names in the guest (`vda`), sorted, each once;
   * absent: none. The others have to be on storage that both hosts share.
   */
  readonly copyDisks?: readonly string[];
  /** One period for the dirty rate, whole seconds 1 to 60 (libvirt's limits); absent: several windows, 15 s together. */
  readonly dirtyRateSeconds?: number;
  /** What the link carries, if the admin says it; absent: it is measured. */
  readonly bandwidthBytesPerSecond?: number;
  /** How it is to run; absent: as libvirt does it by itself. */
  readonly tuning?: MigrationTuning;
  /** URI parameters that run programs or weaken checks, which the admin confirmed by name. */
  readonly confirmedUriParameters: readonly string[];
  /** True: a stand-in of the VM travels first, and the VM only after it has arrived. */
  readonly rehearse?: boolean;
  /** Also where hooks of libvirt on either host would be run for the stand-in. */
  readonly rehearseWithHooks?: boolean;
}
