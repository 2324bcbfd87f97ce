// SPDX-License-Identifier: LGPL-2.1-or-later

import type { VmIdentity } from '../base/index.ts';
import type { TemporaryCopy } from './temporary-copy.ts';

/** Why a VM is paused: an admin, an I/O error (disk full...), a watchdog, a crash, a migration, or something else. */
export type PausedReason =
  | 'user'
  | 'migration'
  | 'save'
  | 'dump'
  | 'io-error'
  | 'watchdog'
  | 'from-snapshot'
  | 'shutting-down'
  | 'snapshot'
  | 'crashed'
  | 'starting-up'
  | 'post-copy'
  | 'post-copy-failed'
  | 'unknown';

/** The VM's state as libvirt reports it. */
export type VmState =
  | { readonly kind: 'running' }
  | { readonly kind: 'paused'; readonly reason: PausedReason }
  | { readonly kind: 'shutting-down' }
  | { readonly kind: 'shut-off'; readonly migratedAway: boolean }
  | { readonly kind: 'crashed' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'unknown' };

/** A migration that libvirt reports for a VM, whoever started it (this page, another admin, virsh). */
export type VmTransfer =
  /** Leaving this host. `percent` is absent until libvirt reports figures, and while the migration stalls. */
  | { readonly kind: 'leaving'; readonly percent?: number }
  /** Arriving at this host: libvirt shows it here, paused, until the switch-over. */
  | { readonly kind: 'arriving' };

/** One row of the list. */
export interface Vm extends VmIdentity {
  readonly state: VmState;
  readonly transfer?: VmTransfer;
  readonly vcpus?: number;
  /** Memory that the guest may use now, in bytes. */
  readonly memoryBytes?: number;
  readonly persistent: boolean;
  /** Absent if it could not be read. */
  readonly autostart?: boolean;
  readonly temporaryCopy?: TemporaryCopy;
}

/** What can be done with a VM besides migrating it. */
export type VmOperation =
  | 'run'
  | 'pause'
  | 'resume'
  | 'shut-down'
  | 'force-shut-down'
  | 'reboot'
  | 'force-reboot';

/** Why the list cannot be shown or is incomplete. */
export type InventoryProblem =
  /** libvirt-dbus is not installed (no such service on the bus and no unit). */
  | { readonly kind: 'libvirt-dbus-missing' }
  /** libvirt-dbus is installed, but it does not run or could not be started. `unit` can be started. */
  | { readonly kind: 'libvirt-dbus-stopped'; readonly unit: string; readonly detail: string }
  /** libvirt-dbus answers, but the libvirt daemon does not. */
  | { readonly kind: 'libvirtd-stopped'; readonly unit: string; readonly detail: string }
  /** The bus refuses this user. */
  | { readonly kind: 'access-denied'; readonly detail: string }
  | { readonly kind: 'other'; readonly detail: string };

/** What the page shows about one libvirt connection. */
export type InventoryState =
  | { readonly kind: 'loading' }
  /** The last known VMs stay visible during a reconnect. */
  | { readonly kind: 'reconnecting'; readonly vms: readonly Vm[]; readonly detail: string }
  | { readonly kind: 'problem'; readonly problem: InventoryProblem }
  | {
      readonly kind: 'ready';
      readonly vms: readonly Vm[];
      /** True if this user may only read. */
      readonly readOnly: boolean;
    };
