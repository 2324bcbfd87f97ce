// SPDX-License-Identifier: LGPL-2.1-or-later
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Cell } from '../../../src/engine/base/cell.ts';
import type { Inventory } from '../../../src/engine/inventory/inventory.ts';
import type { InventoryState } from '../../../src/engine/inventory/vm.ts';
import { type MigrationHandle, Migrations } from '../../../src/engine/migration/queue.ts';
import type { MigrationChoices } from '../../../src/engine/plan/choices.ts';
import type { Plan } from '../../../src/engine/plan/plan.ts';
import { Domain } from '../../../src/libvirt/domain.ts';
import { type DBusCall, PlatformError } from '../../../src/platform/platform.ts';
import { FakePlatform } from '../../libvirt/fake-platform.ts';
import { choices } from '../fixtures.ts';

const plan = { parameters: {}, flagNames: ['LIVE', 'PEER2PEER'] } as unknown as Plan;

function choicesFor(number: number): MigrationChoices {
  const uuid = `0000000${number}-7f5a-4f0c-9d9a-1d2f3a4b5c6d`;
  return { ...choices, vm: { connection: 'system', name: `vm${number}`, uuid } };
}

/** The calls to MigrateToURI3 that are open, by the object's path; each ends when the test says so. */
class SlowPlatform extends FakePlatform {
  readonly open = new Map<string, (error: PlatformError) => void>();
  most = 0;

  override dbus(): ReturnType<FakePlatform['dbus']> {
    const service = super.dbus('system');
    return {
      ...service,
      call: (call: DBusCall, options) => {
        if (call.member !== 'MigrateToURI3') return service.call(call, options);
        return new Promise((_resolve, reject) => {
          this.open.set(call.path, (error) => {
            this.open.delete(call.path);
            reject(error);
          });
          this.most = Math.max(this.most, this.open.size);
        });
      },
    };
  }
}

let platform: SlowPlatform;
let migrations: Migrations;
let handles: MigrationHandle[];

beforeEach(async () => {
  platform = new SlowPlatform();
  platform.answer = ({ member }) => (member === 'GetState' ? [[1, 1]] : []);
  const service = platform.dbus();
  // The part of the inventory that a migration uses. It has no VM and no job.
  const inventory = {
    connectionName: 'system',
    state: new Cell<InventoryState>({ kind: 'ready', vms: [], readOnly: false }),
    connection: {
      domain: (uuid: string) => new Domain(platform, service, 'qemu:///system', uuid),
      read: () => Promise.resolve(undefined),
    },
    entries: [],
    entry: () => undefined,
    follow: () => undefined,
    unfollow: () => undefined,
    refresh: () => undefined,
    stopDetail: () => undefined,
    isJobless: () => false,
    completedJob: () => undefined,
  } as unknown as Inventory;
  migrations = new Migrations(platform, [inventory]);
  handles = [1, 2, 3, 4, 5].map((number) => migrations.start(choicesFor(number), plan));
  await vi.waitFor(() => {
    expect(platform.open.size).toBe(3);
  });
});

const phases = (): unknown[] => migrations.state.get().map(({ state }) => state);
const preparing = { phase: 'preparing' };

/** Ends the open call of that VM, as libvirt would after a fault. */
function fail(number: number): void {
  const [path = '', end] = [...platform.open].find(([each]) => each.includes(`_0000000${number}_`)) ?? [];
  if (end === undefined) throw new Error(`No call for ${path}`);
  end(new PlatformError('dbus', 'operation failed'));
}

describe('many migrations', () => {
  it('run three at a time; queued ones show their position', () => {
    expect(phases()).toEqual([
      preparing,
      preparing,
      preparing,
      { phase: 'preparing', queuePosition: 1 },
      { phase: 'preparing', queuePosition: 2 },
    ]);
  });

  it('run in order and never more than three at a time, whatever their results', async () => {
    fail(2);
    await vi.waitFor(() => {
      expect([...platform.open.keys()].some((path) => path.includes('_00000004_'))).toBe(true);
    });
    expect(phases().at(4)).toEqual({ phase: 'preparing', queuePosition: 1 });
    fail(1);
    await vi.waitFor(() => {
      expect([...platform.open.keys()].some((path) => path.includes('_00000005_'))).toBe(true);
    });
    for (const number of [3, 4, 5]) fail(number);
    const ends = await Promise.all(handles.map(({ ended }) => ended));
    expect(ends.map(({ state }) => state.phase)).toEqual(Array(5).fill('failed'));
    expect(platform.most).toBe(3);
  });

  it('remove a queued one without calling libvirt, and the next moves up', async () => {
    void migrations.cancel(choicesFor(4).vm);
    expect(phases()).toHaveLength(4);
    expect(phases().at(3)).toEqual({ phase: 'preparing', queuePosition: 1 });
    expect((await handles[3]?.ended)?.state.phase).toBe('cancelled');
    expect(platform.calls.some(({ member }) => member === 'AbortJob')).toBe(false);
    fail(1);
    await vi.waitFor(() => {
      expect([...platform.open.keys()].some((path) => path.includes('_00000005_'))).toBe(true);
    });
    expect([...platform.open.keys()].some((path) => path.includes('_00000004_'))).toBe(false);
  });

  it('of the same VM are one', () => {
    expect(migrations.start(choicesFor(1), plan)).toBe(handles[0]);
    expect(migrations.start(choicesFor(5), plan)).toBe(handles[4]);
    expect(phases()).toHaveLength(5);
  });

  it('that wait are not started after the page is closed', async () => {
    migrations.stop();
    fail(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(platform.open.size).toBe(2);
  });
});
