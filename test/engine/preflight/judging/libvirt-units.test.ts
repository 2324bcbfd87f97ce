// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  enableRemote,
  restartLibvirt,
  setHostUuid,
  startLibvirt,
} from '../../../../src/engine/preflight/judging/libvirt-daemon.ts';
import { recordedUnits } from '../../libvirt-units.ts';

const run = promisify(execFile);
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'cockpit-migrate-units-'));
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Answers `is-enabled` as systemctl does (0 if one of the units is enabled), and records every other call. */
function systemctl(units: Readonly<Record<string, string>>): string {
  const enabled = Object.entries(units).flatMap(([unit, state]) => (state === 'enabled' ? [unit] : []));
  return `#!/bin/sh
if [ "$1" != is-enabled ]; then echo "$*" >>'${scratch}/done'; exit; fi
for unit; do
  case $unit in ${enabled.join(' | ')}) exit 0 ;; esac
done
echo 'Failed to get unit file state' >&2
exit 1
`;
}

/** The calls of systemctl that a command makes on such a host. */
async function does(host: string, command: string): Promise<readonly string[]> {
  writeFileSync(join(scratch, 'done'), '');
  writeFileSync(join(scratch, 'systemctl'), systemctl(recordedUnits[host] ?? {}));
  chmodSync(join(scratch, 'systemctl'), 0o755);
  const { stderr } = await run('sh', ['-c', command], {
    env: { ...process.env, PATH: `${scratch}:${process.env['PATH'] ?? ''}` },
  });
  expect(stderr).toBe('');
  return readFileSync(join(scratch, 'done'), 'utf8').trim().split('\n');
}

describe.each([
  ['RHEL 9', 'virtqemud', 'virtproxyd'],
  ['Fedora, virtqemud.socket alone', 'virtqemud', 'virtproxyd'],
  ['RHEL 8', 'libvirtd', 'libvirtd'],
  ['Debian', 'libvirtd', 'libvirtd'],
])('the commands about the daemon of %s', (host, daemon, remote) => {
  it('start it', async () => {
    expect(await does(host, startLibvirt)).toEqual([`enable --now ${daemon}.socket`]);
  });

  it('restart it', async () => {
    expect(await does(host, restartLibvirt)).toEqual([`try-restart ${daemon}`]);
  });

  it.each(['tcp', 'tls'] as const)('make it listen for %s', async (transport) => {
    expect(await does(host, enableRemote(transport))).toEqual([
      `stop ${remote}`,
      `enable --now ${remote}-${transport}.socket`,
    ]);
  });

  it('give the host a UUID where that daemon reads it', async () => {
    const command = setHostUuid.replaceAll('/etc/libvirt', scratch);
    expect(await does(host, command)).toEqual([`restart ${daemon}`]);
    const written = readFileSync(join(scratch, `${daemon}.conf`), 'utf8');
    expect(written).toMatch(/^host_uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"$/m);
  });

  it('name no unit that the host lacks', async () => {
    const units = Object.keys(recordedUnits[host] ?? {});
    for (const command of [startLibvirt, restartLibvirt, enableRemote('tcp'), enableRemote('tls')])
      for (const line of await does(host, command)) {
        const [unit = ''] = line.split(' ').slice(-1);
        expect(units).toContain(unit.includes('.') ? unit : `${unit}.service`);
      }
  });
});
