// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ConnectionName, VmIdentity } from '../../engine/base/index.ts';
import type { Migration } from '../../engine/migration/index.ts';

const ended: readonly string[] = ['done', 'failed', 'cancelled'];

/**
 * The VMs that a link may mean by a name: at most one of each connection. One that migrates comes before one that is on this host, and
 * that before one whose migration has ended.
 */
export function watchedVms(
  watched: { readonly vm: string; readonly connection?: ConnectionName } | undefined,
  vms: readonly VmIdentity[],
  migrations: readonly Migration[],
): readonly VmIdentity[] {
  if (watched === undefined) return [];
  const underWay = migrations.filter(({ state }) => !ended.includes(state.phase)).map(({ vm }) => vm);
  const found = new Map<ConnectionName, VmIdentity>();
  for (const vm of [...underWay, ...vms, ...migrations.map((migration) => migration.vm)]) {
    const meant = vm.name === watched.vm && (watched.connection ?? vm.connection) === vm.connection;
    if (meant && !found.has(vm.connection)) found.set(vm.connection, vm);
  }
  return [...found.values()];
}
