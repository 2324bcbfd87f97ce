// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Cockpit } from './cockpit-api.ts';
import { CockpitService } from './cockpit-dbus.ts';
import { toPlatformError } from './cockpit-error.ts';
import { runCockpitProgram } from './cockpit-program.ts';
import type { BusName, DBusService, Platform } from './platform.ts';
import { tcpProber } from './tcp-probe.ts';

/** The platform in the browser, through the bridge of the Cockpit session. */
export function cockpitPlatform(cockpit: Cockpit): Platform {
  const run: Platform['run'] = (argv, options = {}) => runCockpitProgram(cockpit, argv, options);
  return {
    dbus: (bus, service) => openService(cockpit, bus, service),
    run,
    connectTcp: tcpProber(run),
    file: { read: (path, options = {}) => readFile(cockpit, path, options) },
  };
}

/**
 * Reports whether the session has administrative access, when it is known and when it changes. Cockpit reloads the page when the
 * access changes.
 */
export function watchAdministrativeAccess(
  cockpit: Cockpit,
  listener: (administrative: boolean) => void,
): void {
  const permission = cockpit.permission({ admin: true });
  const tell = (): void => {
    if (permission.allowed !== null) listener(permission.allowed);
  };
  permission.addEventListener('changed', tell);
  tell();
}

function openService(cockpit: Cockpit, bus: BusName, service: string): DBusService {
  return new CockpitService(() =>
    cockpit.dbus(service, bus === 'system' ? { bus, superuser: 'try' } : { bus }),
  );
}

async function readFile(
  cockpit: Cockpit,
  path: string,
  options: { readonly superuser?: 'require' | 'try' },
): Promise<string | undefined> {
  const file = cockpit.file(path, options);
  try {
    return (await file.read()) ?? undefined;
  } catch (error) {
    const failure = toPlatformError(error, 'failed');
    if (failure.kind === 'not-found') return undefined;
    throw failure;
  } finally {
    file.close();
  }
}
