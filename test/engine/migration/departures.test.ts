// SPDX-License-Identifier: LGPL-2.1-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cell } from '../../../src/engine/base/cell.ts';
import type { VmIdentity } from '../../../src/engine/base/index.ts';
import type { InventoryEntry } from '../../../src/engine/inventory/entry.ts';
import type { Inventory } from '../../../src/engine/inventory/inventory.ts';
import type { InventoryState } from '../../../src/engine/inventory/vm.ts';
import { MigrationRun } from '../../../src/engine/migration/run.ts';
import { isOurDeparture, keepDeparture } from '../../../src/engine/record/departures.ts';
import { type MigrationRecord, parseRecord, recordXml } from '../../../src/engine/record/record.ts';
import { Domain } from '../../../src/libvirt/domain.ts';
import { nodePlatform } from '../../../src/platform/node.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { FakePlatform } from '../../libvirt/fake-platform.ts';

const vm: VmIdentity = {
  connection: 'session',
  name: 'web',
  uuid: '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d',
};

let home: string;
let real: Pick<Platform, 'run'>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cockpit-migrate-departures-'));
  const node = nodePlatform();
  real = {
    run: (argv, options) => node.run(argv, { ...options, environment: { HOME: home, XDG_STATE_HOME: home } }),
  };
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

function recordTo(destination: string): MigrationRecord {
  return { destination, temporary: true, stage: 'leaving', since: new Date().toISOString() };
}

/** Follows a migration of another program to its end, with that record in the definition. Resolves to the programs that were started. */
async function followed(record: MigrationRecord | undefined): Promise<{
  readonly destination: string | undefined;
  readonly started: readonly string[];
  readonly phase: string;
}> {
  const started: string[] = [];
  const platform = new FakePlatform();
  platform.run = (argv, options) => {
    if (argv[0] === 'sh' && argv.includes('departures.jsonl')) return real.run(argv, options);
    started.push(argv.join(' '));
    return Promise.resolve({ exitCode: 1, stdout: 'error: not in this test\n', stderr: '' });
  };
  // Shut off, because it left by a migration.
  platform.answer = ({ member }) => (member === 'GetState' ? [[5, 4]] : []);
  const state = new Cell<InventoryState>({ kind: 'ready', vms: [], readOnly: false });
  let entry: InventoryEntry | undefined = {
    summary: { state: 1, reason: 1 },
    job: {},
    jobBegan: Date.now(),
    ...(record === undefined ? {} : { record }),
  } as unknown as InventoryEntry;
  const inventory = {
    connectionName: 'session',
    state,
    connection: {
      domain: (uuid: string) => new Domain(platform, platform.dbus('session'), 'qemu:///session', uuid),
    },
    entry: () => entry,
    follow: () => undefined,
    unfollow: () => undefined,
    refresh: () => undefined,
    stopDetail: () => undefined,
    isJobless: () => entry === undefined,
    completedJob: () => undefined,
  } as unknown as Inventory;
  const run = new MigrationRun(platform, inventory, vm);
  run.attach();
  entry = undefined;
  state.set({ kind: 'ready', vms: [], readOnly: false });
  await vi.waitFor(() => {
    expect(run.hasEnded).toBe(true);
  }, 10_000);
  const { destination, state: end } = run.state.get();
  return { destination, started, phase: end.phase };
}

describe('a record in a definition', () => {
  // The end is held back for a moment, while the destination gives no answer.
  it('that this program wrote gives the destination of a migration that another page started', {
    timeout: 20_000,
  }, async () => {
    const record = recordTo('qemu+ssh://beta/session');
    expect(await keepDeparture(real, vm, record)).toBeUndefined();
    const { destination, started, phase } = await followed(record);
    expect([destination, phase]).toEqual(['qemu+ssh://beta/session', 'done']);
    expect(started).toContainEqual(expect.stringContaining('virsh -q -c qemu+ssh://beta/session '));
  });

  it('that somebody else wrote causes no connection, even if it names a program', async () => {
    expect(await keepDeparture(real, vm, recordTo('qemu+ssh://beta/session'))).toBeUndefined();
    for (const hostile of [
      'qemu+ssh://evil.example/session',
      'qemu+ssh://evil.example/session?command=/tmp/evil',
      'qemu+ext:///session?command=/tmp/evil',
      '--help',
    ]) {
      const { destination, started, phase } = await followed(recordTo(hostile));
      // The program that is started writes this host's history, and gets nothing of the record.
      expect(started.filter((line) => !/^(sh -c|logger) /.test(line))).toEqual([]);
      expect(started.join('\n')).not.toContain(hostile);
      expect([destination, phase]).toEqual([undefined, 'done']);
    }
  });

  it('counts only as it was written, for the VM that it was written for', async () => {
    const record = { ...recordTo('qemu+ssh://beta/session'), copyDisks: ['vda', 'vdb'] };
    expect(await isOurDeparture(real, vm, record)).toBe(false);
    await keepDeparture(real, vm, record);
    const read = parseRecord(recordXml(record));
    expect(read).toEqual(record);
    expect(await isOurDeparture(real, vm, record)).toBe(true);
    expect(await isOurDeparture(real, vm, { ...record, stage: 'left' })).toBe(true);
    for (const other of [
      { ...record, destination: 'qemu+ssh://evil/session' },
      { ...record, temporary: false },
      { ...record, since: new Date(0).toISOString() },
      { ...record, copyDisks: ['vda'] },
    ])
      expect(await isOurDeparture(real, vm, other)).toBe(false);
    expect(await isOurDeparture(real, { ...vm, uuid: vm.uuid.replace('8', '9') }, record)).toBe(false);
  });
});
