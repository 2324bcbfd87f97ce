// SPDX-License-Identifier: LGPL-2.1-or-later
import { visibleText } from '../../engine/base/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { _, format, formatPercent, isUnderWay, ngettext } from '../common/index.ts';

const doneVariant = { confirmed: 'success', contradicted: 'danger', incomplete: 'warning' } as const;

/** The status of an ended migration; undefined for a running one. */
export function endedVariant(migration: Migration): 'success' | 'warning' | 'danger' | 'info' | undefined {
  switch (migration.state.phase) {
    case 'done':
      return doneVariant[migration.state.verification];
    case 'failed':
      return 'danger';
    case 'cancelled':
      return 'info';
    case 'rehearsing':
    case 'preparing':
    case 'copying':
    case 'switching':
    case 'post-copy':
    case 'verifying':
      return undefined;
  }
}

/** The longest name that a title shows. */
const longestName = 60;

/** The name of the VM, cut if it is long. */
export function nameOf({ vm }: Migration): string {
  return visibleText(vm.name, longestName);
}

function oneTitle(migration: Migration): string {
  const { state } = migration;
  const name = nameOf(migration);
  switch (state.phase) {
    case 'done':
      return format(_('$0: migrated'), name);
    case 'failed':
      return format(_('$0: migration failed'), name);
    case 'cancelled':
      return format(_('$0: migration cancelled'), name);
    case 'copying':
      if (state.stalled === true) return format(_('$0: stalled'), name);
      return format(_('$0: $1 %'), name, formatPercent(state.progress.percent));
    case 'switching':
    case 'post-copy':
      return format(_('$0: $1 %'), name, formatPercent(state.progress.percent));
    case 'rehearsing':
    case 'preparing':
    case 'verifying':
      return format(_('$0: migrating'), name);
  }
}

/** The title of the browser's window; undefined without migrations. A running migration comes before an ended one. */
export function windowTitle(migrations: readonly Migration[]): string | undefined {
  const underWay = migrations.filter(isUnderWay);
  const [only] = underWay.length === 0 ? migrations.slice(-1) : underWay;
  if (only === undefined) return undefined;
  return underWay.length > 1
    ? format(ngettext('$0 migration', '$0 migrations', underWay.length), underWay.length)
    : oneTitle(only);
}
