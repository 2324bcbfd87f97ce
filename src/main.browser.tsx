// SPDX-License-Identifier: LGPL-2.1-or-later
import '@patternfly/react-core/dist/styles/base.css';
import { createRoot } from 'react-dom/client';
import { Cell, type ConnectionName } from './engine/base/index.ts';
import { type HistoryEntry, readHistory } from './engine/history/index.ts';
import { ejectMedium, Inventory, operate } from './engine/inventory/index.ts';
import { Migrations } from './engine/migration/index.ts';
import { readLocalNames } from './engine/preflight/index.ts';
import { rehearsalFinding, rehearse } from './engine/rehearsal/index.ts';
import type { LibvirtConnection } from './libvirt/connection.ts';
import { cockpitPlatform, watchAdministrativeAccess } from './platform/cockpit.ts';
import type { Cockpit } from './platform/cockpit-api.ts';
import type { Platform } from './platform/platform.ts';
import { App } from './ui/app.tsx';
import { _, followTheme } from './ui/common/index.ts';
import { Later, type Model, RecentDestinations } from './ui/model/index.ts';
import './ui/page.css';

/** From the console's ../base1/cockpit.js. */
declare const cockpit: Cockpit;

/** The history of the host's libvirt and of the user's own, the newest first. */
async function readBothHistories(platform: Platform): Promise<readonly HistoryEntry[]> {
  // A user without a libvirt of their own has no such file either.
  const both = await Promise.all((['system', 'session'] as const).map((name) => readHistory(platform, name)));
  return both.flat().sort((a, b) => Date.parse(b.start) - Date.parse(a.start));
}

/** The checks are a script of their own, loaded with the dialog. */
function preflightMaker(
  platform: Platform,
  connectionOf: (name: ConnectionName) => LibvirtConnection,
): Model['newPreflights'] {
  return new Later(async () => {
    const { FactCache, Preflight } = await import('./engine/preflight/index.ts');
    return (name) => {
      let cache = new FactCache();
      return (choices, fresh) => {
        if (fresh) cache = new FactCache();
        const connection = connectionOf(name);
        const preflight = new Preflight({ platform, connection }, choices, { cache });
        return {
          state: preflight.state,
          start: () => {
            // The state shows its result. It does not reject.
            void preflight.start();
          },
          retune: (tuning) => {
            preflight.retune(tuning);
          },
          stop: () => {
            preflight.stop();
          },
        };
      };
    };
  });
}

/** The page's engine, on the console's bridge. */
function makeModel(): Model {
  const platform = cockpitPlatform(cockpit);
  const system = new Inventory(platform, 'system');
  const session = new Inventory(platform, 'session');
  const migrations = new Migrations(platform, [system, session]);
  const inventoryOf = (name: ConnectionName): Inventory => (name === 'system' ? system : session);
  const names = new Cell<readonly string[]>([]);
  const administrative = new Cell<boolean | undefined>(undefined);
  watchAdministrativeAccess(cockpit, (allowed) => {
    administrative.set(allowed);
  });
  system.start();
  session.start();
  migrations.watch();
  // Known a moment later. Until then, only the preflight checks the host. Does not reject.
  void readLocalNames(platform).then(names.set);
  return {
    inventories: [system, session],
    migrations: {
      state: migrations.state,
      start: (choices, plan, forecast, overrides) => {
        migrations.start(choices, plan, forecast, overrides);
      },
      cancel: (vm) => {
        void migrations.cancel(vm);
      },
      steer: (vm, action) => {
        // The state shows the result.
        void migrations.steer(vm, action);
      },
      dismiss: (vm) => {
        migrations.dismiss(vm);
      },
    },
    operate: (vm, operation) => operate(inventoryOf(vm.connection).connection, vm, operation),
    ejectMedium: (vm, drive) => ejectMedium(inventoryOf(vm.connection).connection, vm, drive),
    readHistory: () => readBothHistories(platform),
    rehearse: async (choices, plan, signal) => {
      const { connection } = inventoryOf(choices.vm.connection);
      return rehearsalFinding(await rehearse({ platform, connection, choices, plan, signal }));
    },
    newPreflights: preflightMaker(platform, (name) => inventoryOf(name).connection),
    administrative,
    localNames: names,
    destinations: new RecentDestinations(window.localStorage),
  };
}

const place = document.getElementById('page');
if (place !== null) {
  document.documentElement.lang = cockpit.language.replaceAll('_', '-');
  document.title = _('VM migration');
  followTheme(window);
  createRoot(place).render(<App model={makeModel()} />);
}
