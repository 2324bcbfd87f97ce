// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../../libvirt/errors.ts';
import { type Platform, PlatformError } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';
import { originalText } from '../failure/index.ts';
import type { InventoryProblem } from './vm.ts';

/** The unit of libvirt's D-Bus service. D-Bus activation starts it, too. */
const dbusUnit = 'libvirt-dbus.service';

/** Units that start the libvirt daemon for QEMU. The first one that is enabled is the one this host uses. */
const daemonUnits = ['virtqemud.socket', 'virtqemud.service', 'libvirtd.socket', 'libvirtd.service'] as const;

/** D-Bus errors that mean: no service owns this name, and the bus cannot start one. */
const unknownService = /\.(ServiceUnknown|NameHasNoOwner)$/;

/** D-Bus errors that mean: the service is known and could not be started or does not answer. */
const notStarted =
  /\.(NoReply|TimedOut|Timeout|Disconnected)$|\.Spawn\.|^org\.freedesktop\.systemd1\.|\.NoServer$/;

/** Finds out why the list cannot be read. Asks systemd about units; changes nothing. */
export async function diagnoseConnection(
  platform: Platform,
  connection: ConnectionName,
  error: unknown,
): Promise<InventoryProblem> {
  const detail = originalText(error);
  const { kind, errorName = '' } = platformError(error) ?? {};
  if (kind === 'access-denied' || errorName.endsWith('.AccessDenied') || isRefusal(error)) {
    return { kind: 'access-denied', detail };
  }
  if (unknownService.test(errorName) || kind === 'not-found') {
    return (await unitStates(platform, connection, [dbusUnit])).size > 0
      ? { kind: 'libvirt-dbus-stopped', unit: dbusUnit, detail }
      : { kind: 'libvirt-dbus-missing' };
  }
  if (notStarted.test(errorName)) return { kind: 'libvirt-dbus-stopped', unit: dbusUnit, detail };
  if (error instanceof LibvirtError && error.reason === 'daemon-down') {
    return { kind: 'libvirtd-stopped', unit: await daemonUnit(platform, connection), detail };
  }
  return { kind: 'other', detail };
}

function isRefusal(error: unknown): boolean {
  return error instanceof LibvirtError && error.reason === 'access-denied';
}

/** The platform's error that caused a libvirt error, or the error itself. */
function platformError(error: unknown): PlatformError | undefined {
  if (error instanceof PlatformError) return error;
  return error instanceof Error && error.cause !== undefined ? platformError(error.cause) : undefined;
}

/** The unit with which this host starts its libvirt daemon. */
async function daemonUnit(platform: Platform, connection: ConnectionName): Promise<string> {
  const states = await unitStates(platform, connection, daemonUnits);
  return (
    daemonUnits.find((unit) => states.get(unit) === 'enabled') ??
    // One that is masked cannot be started.
    daemonUnits.find((unit) => !(states.get(unit) ?? 'masked').startsWith('masked')) ??
    'libvirtd.service'
  );
}

/** Which of the units are installed, and whether they are enabled; empty without systemd. */
async function unitStates(
  platform: Platform,
  connection: ConnectionName,
  units: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>();
  try {
    const { stdout } = await platform.run(
      [
        'systemctl',
        ...(connection === 'session' ? ['--user'] : []),
        'list-unit-files',
        '--no-legend',
        '--no-pager',
        ...units,
      ],
      { environment: { LC_ALL: 'C' } },
    );
    for (const line of stdout.split('\n')) {
      const [unit = '', state = ''] = line.trim().split(/\s+/);
      if (unit !== '') states.set(unit, state);
    }
  } catch (error) {
    // Without systemctl, no unit is known for certain.
    if (!(error instanceof PlatformError && error.kind === 'not-found')) throw error;
  }
  return states;
}
