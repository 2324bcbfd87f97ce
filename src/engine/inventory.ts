// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../libvirt/connection.ts';
import type { DomainJob } from '../libvirt/job.ts';
import type { Platform } from '../platform/platform.ts';
import type { ReadonlyCell } from './cell.ts';
import type { ConnectionName, InventoryState, Refusal } from './vm.ts';

/** The VMs of one libvirt connection, kept true by events. */
export declare class Inventory {
  readonly connectionName: ConnectionName;
  readonly state: ReadonlyCell<InventoryState>;
  /** Jobs of VMs that are leaving this host, by UUID, whoever started them. */
  readonly jobs: ReadonlyCell<ReadonlyMap<string, DomainJob>>;
  constructor(platform: Platform, connectionName: ConnectionName);
  /** The connection in use now; another one after the bus went away and came back. */
  get connection(): LibvirtConnection;
  /** Connects and follows the VMs until {@link stop}. */
  start(): void;
  stop(): void;
  /** Tries again at once, instead of waiting for the next try. */
  retry(): void;
  /** Starts the unit that an InventoryProblem names, as root, and tries again. */
  startUnit(unit: string): Promise<Refusal | undefined>;
}
