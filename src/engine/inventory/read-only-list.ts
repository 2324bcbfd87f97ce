// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Platform, PlatformError } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';
import type { Vm } from './vm.ts';
import { vmStateOf } from './vm-state.ts';

/**
 * The VMs that libvirt shows to every user over its read-only socket, for users to whom the bus refuses libvirt-dbus. Undefined if
 * libvirt refuses, too.
 */
export async function readOnlyList(
  platform: Platform,
  connection: ConnectionName,
): Promise<readonly Vm[] | undefined> {
  const virsh = ['virsh', '-q', '-r', '-c', `qemu:///${connection}`];
  const environment = { LC_ALL: 'C' };
  try {
    const [all, persistent, autostart, stats] = await Promise.all(
      [
        ['list', '--all', '--uuid', '--name'],
        ['list', '--all', '--persistent', '--uuid'],
        ['list', '--all', '--autostart', '--uuid'],
        ['domstats', '--state', '--balloon', '--vcpu', '--nowait'],
      ].map((command) => platform.run([...virsh, ...command], { environment })),
    );
    if (all?.exitCode !== 0 || persistent?.exitCode !== 0 || autostart?.exitCode !== 0) return undefined;
    const persistentOnes = uuids(persistent.stdout);
    const autostarted = uuids(autostart.stdout);
    const figures = parseStats(stats?.stdout ?? '');
    return lines(all.stdout).flatMap((line) => {
      const match = /^([0-9a-f-]{36})\s(.*)$/.exec(line.trim());
      if (match === null) return [];
      const [, uuid = '', name = ''] = match;
      const known = figures.get(name.trim());
      const state = Number(known?.get('state.state') ?? 0);
      const reason = Number(known?.get('state.reason') ?? 0);
      const vcpus = Number(known?.get('vcpu.current'));
      const memory = Number(known?.get('balloon.current'));
      return [
        {
          connection,
          uuid,
          name: name.trim(),
          state: vmStateOf({ state, reason }),
          persistent: persistentOnes.has(uuid),
          autostart: autostarted.has(uuid),
          ...(Number.isFinite(vcpus) ? { vcpus } : {}),
          ...(Number.isFinite(memory) ? { memoryBytes: memory * 1024 } : {}),
        },
      ];
    });
  } catch (error) {
    // Without virsh, there is no list.
    if (error instanceof PlatformError && error.kind !== 'closed') return undefined;
    throw error;
  }
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function uuids(text: string): ReadonlySet<string> {
  return new Set(lines(text).map((line) => line.trim()));
}

/** `Domain: 'name'` and then `  key=value` lines. */
function parseStats(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const result = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of lines(text)) {
    const domain = /^Domain: '(.*)'$/.exec(line);
    if (domain !== null) {
      current = new Map();
      result.set(domain[1] ?? '', current);
      continue;
    }
    const at = line.indexOf('=');
    if (at > 0) current.set(line.slice(0, at).trim(), line.slice(at + 1));
  }
  return result;
}
