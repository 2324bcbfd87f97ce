// SPDX-License-Identifier: LGPL-2.1-or-later

import { type ConnectionName, type Message, msg } from '../engine/base/index.ts';
import { Inventory, type InventoryProblem, type Vm } from '../engine/inventory/index.ts';
import type { Platform } from '../platform/platform.ts';

/** libvirt answers in milliseconds; a list of a thousand VMs takes a second. */
const readyMilliseconds = 30_000;

/** The VMs of a connection, or why they cannot be listed. */
export type OpenedInventory =
  | {
      readonly kind: 'ready';
      readonly inventory: Inventory;
      readonly vms: readonly Vm[];
      readonly close: () => void;
    }
  | { readonly kind: 'problem'; readonly problem: Message; readonly detail: string };

/** Connects to libvirt and waits for its list of VMs. Does not reject. */
export function openInventory(platform: Platform, connection: ConnectionName): Promise<OpenedInventory> {
  const inventory = new Inventory(platform, connection);
  return new Promise((resolve) => {
    let undo: () => void = () => undefined;
    const close = (): void => {
      undo();
      inventory.stop();
    };
    const fail = (problem: Message, detail: string): void => {
      clearTimeout(timer);
      close();
      resolve({ kind: 'problem', problem, detail });
    };
    const timer = setTimeout(() => {
      fail(msg('No answer from libvirt within $0 seconds.', readyMilliseconds / 1000), '');
    }, readyMilliseconds);
    let seen = false;
    const look = (): void => {
      const state = inventory.state.get();
      if (state.kind === 'problem') fail(problemText(state.problem), detailOf(state.problem));
      if (state.kind !== 'ready' || seen) return;
      seen = true;
      void inventory.complete().then(() => {
        clearTimeout(timer);
        const complete = inventory.state.get();
        // Stays subscribed, because jobs and their progress are followed only for subscribers.
        resolve({ kind: 'ready', inventory, vms: 'vms' in complete ? complete.vms : state.vms, close });
      });
    };
    undo = inventory.state.subscribe(look);
    inventory.start();
    look();
  });
}

/** The VM with that name, else with that UUID. */
export function findVm(vms: readonly Vm[], text: string): Vm | undefined {
  return vms.find(({ name }) => name === text) ?? vms.find(({ uuid }) => uuid === text.toLowerCase());
}

function detailOf(problem: InventoryProblem): string {
  return 'detail' in problem ? problem.detail : '';
}

function problemText(problem: InventoryProblem): Message {
  switch (problem.kind) {
    case 'libvirt-dbus-missing':
      return msg('The package $0 is not installed on this host. Install it.', 'libvirt-dbus');
    case 'libvirt-dbus-stopped':
      return msg('The service libvirt-dbus does not run. Start it: $0', `systemctl start ${problem.unit}`);
    case 'libvirtd-stopped':
      return msg('No answer from libvirt. Start it: $0', `systemctl start ${problem.unit}`);
    case 'access-denied':
      return msg(
        'No permission to use libvirt on this host. Run this as root, or join the group $0.',
        'libvirt',
      );
    case 'other':
      return msg('Cannot use libvirt on this host.');
  }
}
