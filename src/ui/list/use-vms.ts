// SPDX-License-Identifier: LGPL-2.1-or-later
import { useMemo } from 'react';
import type { InventoryState, Vm } from '../../engine/inventory/index.ts';
import { _ } from '../common/index.ts';
import { CombinedCell, type InventoryModel, type Model, useCell } from '../model/index.ts';

/** One connection with its present state. */
export interface ConnectionState {
  readonly inventory: InventoryModel;
  readonly state: InventoryState;
}

const none: readonly Vm[] = [];

/** The known VMs of a state. */
function vmsOf(state: InventoryState): readonly Vm[] {
  return state.kind === 'ready' || state.kind === 'reconnecting' ? state.vms : none;
}

/** Why no operation is possible on the VMs of a connection in this state. */
function whyNothingIn(state: InventoryState): string | undefined {
  if (state.kind === 'reconnecting') return _('The connection to libvirt is lost.');
  if (state.kind === 'ready' && state.readOnly) return _('Read-only: turn on administrative access first.');
  return undefined;
}

/** The VMs of all connections. The state of the host's connection decides what else the page shows. */
export function useVms(model: Model): {
  readonly connections: readonly ConnectionState[];
  readonly host: ConnectionState;
  readonly vms: readonly Vm[];
  readonly whyNothing: Readonly<Partial<Record<Vm['connection'], string>>>;
} {
  const { inventories } = model;
  const cell = useMemo(() => new CombinedCell(inventories.map(({ state }) => state)), [inventories]);
  const states = useCell(cell);
  return useMemo(() => {
    const connections = inventories.map((inventory, at) => ({
      inventory,
      state: states[at] ?? { kind: 'loading' as const },
    }));
    const [first] = inventories;
    const whyNothing: Partial<Record<Vm['connection'], string>> = {};
    for (const { inventory, state } of connections) {
      const why = whyNothingIn(state);
      if (why !== undefined) whyNothing[inventory.connectionName] = why;
    }
    return {
      connections,
      host: { inventory: first, state: states[0] ?? { kind: 'loading' } },
      vms: connections.flatMap(({ state }) => vmsOf(state)),
      whyNothing,
    };
  }, [inventories, states]);
}
