// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Vm } from '../../engine/inventory/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { isUnderWay, language } from '../common/index.ts';
import type { ListView, SortColumn, StateFilter } from '../location/index.ts';
import { vmKey } from '../model/index.ts';

/** Migrations by the key of their VM. */
export type MigrationsByVm = ReadonlyMap<string, Migration>;

function hasState(vm: Vm, filter: StateFilter, migrations: MigrationsByVm): boolean {
  const moving = vm.transfer !== undefined || isUnderWay(migrations.get(vmKey(vm)));
  switch (filter) {
    case 'any':
      return true;
    case 'migrating':
      return moving;
    case 'running':
    case 'paused':
    case 'shut-off':
      return !moving && vm.state.kind === filter;
  }
}

/** The states in sort order: running VMs first. */
const stateOrder: Readonly<Record<Vm['state']['kind'], number>> = {
  running: 0,
  paused: 1,
  'shutting-down': 2,
  suspended: 3,
  crashed: 4,
  unknown: 5,
  'shut-off': 6,
};

type Compare = (a: Vm, b: Vm) => number;

function comparison(column: SortColumn, byName: Compare): Compare {
  switch (column) {
    case 'name':
      return byName;
    case 'state':
      return (a, b) => stateOrder[a.state.kind] - stateOrder[b.state.kind] || byName(a, b);
    case 'vcpus':
      return (a, b) => (a.vcpus ?? 0) - (b.vcpus ?? 0) || byName(a, b);
    case 'memory':
      return (a, b) => (a.memoryBytes ?? 0) - (b.memoryBytes ?? 0) || byName(a, b);
  }
}

/** The VMs on all pages of the view, in order. */
export function visibleVms(
  vms: readonly Vm[],
  view: Pick<ListView, 'filter' | 'state' | 'sort' | 'descending'>,
  migrations: MigrationsByVm,
): readonly Vm[] {
  const words = view.filter.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  // One collator for all comparisons: localeCompare would create one for each.
  const collator = new Intl.Collator(language(), { numeric: true });
  const byName: Compare = (a, b) => collator.compare(a.name, b.name) || a.uuid.localeCompare(b.uuid);
  const compare = comparison(view.sort, byName);
  return vms
    .filter((vm) => {
      const name = vm.name.toLocaleLowerCase();
      return words.every((word) => name.includes(word)) && hasState(vm, view.state, migrations);
    })
    .sort(view.descending ? (a, b) => compare(b, a) : compare);
}
