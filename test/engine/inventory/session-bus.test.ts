// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, test } from 'vitest';
import { Inventory } from '../../../src/engine/inventory/inventory.ts';
import { LibvirtConnection } from '../../../src/libvirt/connection.ts';
import { type Platform, PlatformError, type RunResult } from '../../../src/platform/platform.ts';
import { FakePlatform } from '../../libvirt/fake-platform.ts';

/** A platform whose programs answer as the test says. */
class WatchedPlatform extends FakePlatform {
  readonly ran: string[] = [];
  answers: Readonly<Record<string, Partial<RunResult> | PlatformError>> = {};

  override run: Platform['run'] = (argv) => {
    const program = argv[0] ?? '';
    this.ran.push(program);
    const answer = this.answers[program];
    if (answer instanceof PlatformError) return Promise.reject(answer);
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answer });
  };
}

/** Starts the list of the user's own VMs and waits until it is known. */
async function startSession(platform: Platform): Promise<Inventory> {
  const inventory = new Inventory(platform, 'session');
  inventory.start();
  await expect.poll(() => inventory.state.get().kind).toBe('ready');
  return inventory;
}

test('a connection opens no bus before the first call', async () => {
  const platform = new WatchedPlatform();
  const connection = new LibvirtConnection(platform, 'session');
  connection.close();
  expect(platform.opened).toEqual([]);
  const inventory = new Inventory(platform, 'session');
  inventory.retry();
  inventory.stop();
  expect(platform.opened).toEqual([]);
  await new LibvirtConnection(platform, 'system').version().catch(() => undefined);
  expect(platform.opened).toEqual(['system']);
});

test.each<[string, WatchedPlatform['answers']]>([
  ['root', { id: { stdout: '0\n' } }],
  ['a user without a session bus', { id: { stdout: '1000\n' }, busctl: { exitCode: 1 } }],
  ['a host without busctl', { id: { stdout: '1000\n' }, busctl: new PlatformError('not-found', 'busctl') }],
  ['a host that does not say who the user is', { id: { exitCode: 1 } }],
])('no session bus is opened for %s, also when it is tried again', async (_name, answers) => {
  const platform = new WatchedPlatform();
  platform.answers = answers;
  const inventory = await startSession(platform);
  inventory.retry();
  await expect.poll(() => platform.ran.filter((program) => program === 'id').length).toBe(2);
  expect(inventory.state.get()).toEqual({ kind: 'ready', vms: [], readOnly: false });
  inventory.stop();
  expect(platform.opened).toEqual([]);
});

test('the session bus is opened for a user who has one', async () => {
  const platform = new WatchedPlatform();
  platform.answers = { id: { stdout: '1000\n' }, busctl: { stdout: 's "0123"\n' } };
  const inventory = new Inventory(platform, 'session');
  inventory.start();
  await expect.poll(() => platform.opened).toContain('session');
  inventory.stop();
});
