// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Inventory } from '../../src/engine/inventory/inventory.ts';
import { operate } from '../../src/engine/inventory/operations.ts';
import type { Vm } from '../../src/engine/inventory/vm.ts';
import { type MigrationHandle, Migrations } from '../../src/engine/migration/queue.ts';
import type { Migration } from '../../src/engine/migration/state.ts';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { planFor } from '../../src/engine/plan/plan.ts';
import { recordNamespace } from '../../src/engine/record/record.ts';
import { type Guest, Lab, type LabHost, waitFor } from './lab.ts';

const destination = 'qemu+ssh://beta/system';
let lab: Lab;
let alpha: LabHost;
let beta: LabHost;

/** The engine of a page: its inventory and migrations. */
class Page {
  readonly inventory: Inventory;
  readonly migrations: Migrations;
  readonly #undo: () => void;

  constructor(host: LabHost) {
    const platform = host.platform();
    this.inventory = new Inventory(platform, 'system');
    this.migrations = new Migrations(platform, [this.inventory]);
    this.#undo = this.inventory.state.subscribe(() => undefined);
    this.inventory.start();
    this.migrations.watch();
  }

  vm(guest: Guest): Vm | undefined {
    const state = this.inventory.state.get();
    if (state.kind !== 'ready' && state.kind !== 'reconnecting') return undefined;
    return state.vms.find(({ uuid }) => uuid === guest.uuid);
  }

  migration(guest: Guest): Migration | undefined {
    return this.migrations.state.get().find(({ vm }) => vm.uuid === guest.uuid);
  }

  async start(
    guest: Guest,
    temporary = false,
    more: Partial<MigrationChoices> = {},
  ): Promise<MigrationHandle> {
    await waitFor('the VM in the list', () => this.vm(guest));
    const choices: MigrationChoices = {
      vm: { connection: 'system', name: guest.name, uuid: guest.uuid },
      destination,
      temporary,
      dirtyRateSeconds: 1,
      confirmedUriParameters: [],
      ...more,
    };
    return this.migrations.start(choices, planFor(choices));
  }

  async copying(guest: Guest): Promise<Migration> {
    return waitFor(`${guest.name} to be copied`, () => {
      const migration = this.migration(guest);
      return migration?.state.phase === 'copying' && migration.state.progress.memoryTotalBytes > 0
        ? migration
        : undefined;
    });
  }

  close(): void {
    this.#undo();
    this.migrations.stop();
    this.inventory.stop();
  }
}

let pages: Page[] = [];
const guests: Guest[] = [];
let here: Page;
let there: Page;

function open(host: LabHost): Page {
  const page = new Page(host);
  pages.push(page);
  return page;
}

async function boot(name: string, more: Parameters<LabHost['guest']>[1] = {}): Promise<Guest> {
  const guest = await alpha.guest(name, { memory: 192, disk: 'shared', ...more });
  guests.push(guest);
  await guest.booted();
  return guest;
}

beforeAll(async () => {
  lab = await Lab.start();
  alpha = lab.host('alpha');
  beta = lab.host('beta');
});

afterAll(async () => {
  await lab.down();
});

beforeEach(() => {
  here = open(alpha);
  there = open(beta);
});

afterEach(async () => {
  await alpha.shape(undefined);
  for (const page of pages) page.close();
  pages = [];
  for (const guest of guests.splice(0)) {
    for (const host of [alpha, beta]) {
      await host.exec(['virsh', 'destroy', guest.uuid], { check: false });
      await host.exec(['virsh', 'undefine', guest.uuid], { check: false });
    }
  }
});

test('a permanent migration moves the VM and its definition, and is confirmed by the destination', async () => {
  const guest = await boot('permanent');
  await alpha.virsh('autostart', guest.uuid);
  const handle = await here.start(guest);
  const percents: number[] = [];
  handle.state.subscribe(() => {
    const { state } = handle.state.get();
    if ('progress' in state) percents.push(state.progress.percent);
  });
  const { state } = await handle.ended;
  expect(state).toMatchObject({ phase: 'done', verification: 'confirmed' });
  if (state.phase !== 'done') return;
  expect(state.answers).toHaveLength(5);
  // libvirt does not send that.
  expect(await beta.virsh('dominfo', guest.uuid)).toMatch(/Autostart: +enable/);
  expect(state.elapsedMilliseconds).toBeGreaterThan(0);
  expect(state.downtimeMilliseconds).toBeGreaterThanOrEqual(0);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  await guest.goesOn();
  // No row stays here, and the other host's list shows it by itself.
  await waitFor('the row to go', () => here.vm(guest) === undefined);
  await waitFor('the row to come', () => there.vm(guest)?.state.kind === 'running');
  expect(there.vm(guest)).toMatchObject({ persistent: true });
  // Nothing of this program is left in the moved definition.
  expect(await beta.virsh('dumpxml', '--inactive', guest.uuid)).not.toContain(recordNamespace);
});

test('a temporary migration leaves the definition here, which records where the copy runs', async () => {
  const guest = await boot('temporary');
  const { state } = await (await here.start(guest, true)).ended;
  expect(state).toMatchObject({ phase: 'done', verification: 'confirmed' });
  await waitFor('the copy in the row', () => here.vm(guest)?.temporaryCopy);
  expect(here.vm(guest)).toMatchObject({
    state: { kind: 'shut-off', migratedAway: true },
    temporaryCopy: { destination },
  });
  expect(there.vm(guest)).toMatchObject({ state: { kind: 'running' }, persistent: false });
  expect(there.vm(guest)?.temporaryCopy).toBeUndefined();

  // Another admin sees it, even after libvirtd has forgotten why the VM is off.
  const other = open(alpha);
  await waitFor('the copy in the other list', () => other.vm(guest)?.temporaryCopy);
  await alpha.daemon('libvirtd', 'stop');
  await waitFor('the loss to be seen', () => other.inventory.state.get().kind !== 'ready');
  await alpha.daemon('libvirtd', 'start');
  other.inventory.retry();
  await waitFor('the list again', () => other.inventory.state.get().kind === 'ready');
  await waitFor('the copy again', () => other.vm(guest)?.temporaryCopy);

  // After the copy is off, the VM is started here: the record is removed.
  await beta.virsh('destroy', guest.uuid);
  const vm = await waitFor('the row', () => other.vm(guest));
  expect(await operate(other.inventory.connection, vm, 'run')).toBeUndefined();
  await waitFor('the VM to run', () => other.vm(guest)?.state.kind === 'running');
  expect(await alpha.virsh('dumpxml', '--inactive', guest.uuid)).not.toContain(recordNamespace);
});

test('Cancel during copying: the VM stays and runs, and nothing is left on the destination', async () => {
  const guest = await boot('cancelled');
  await alpha.shape('40mbit');
  const handle = await here.start(guest, true);
  await here.copying(guest);
  await waitFor('it to arrive over there', () => there.vm(guest)?.transfer?.kind === 'arriving');
  await waitFor('the row to tell', () => here.vm(guest)?.transfer?.kind === 'leaving');
  const other = open(alpha);
  await other.copying(guest);
  void here.migrations.cancel(handle.vm);
  expect(handle.state.get().cancelling).toBe(true);
  const ended = await handle.ended;
  expect(ended.state).toMatchObject({ phase: 'cancelled', answers: [{ verdict: 'as-expected' }] });
  expect(ended.cancelling).toBe(false);
  await guest.goesOn();
  await waitFor('the row over there to go', () => there.vm(guest) === undefined);
  await waitFor('the row to rest', () => here.vm(guest)?.transfer === undefined);
  expect(await alpha.virsh('dumpxml', '--inactive', guest.uuid)).not.toContain(recordNamespace);
  await waitFor('the other page to see it', () => other.migration(guest)?.state.phase === 'failed');
});

test('another page sees a running migration, follows it to its end and verifies it', async () => {
  const guest = await boot('reopened');
  await alpha.shape('60mbit');
  await here.start(guest);
  await here.copying(guest);
  here.close();
  const other = open(alpha);
  const seen = await other.copying(guest);
  expect(seen.startedHere).toBe(false);
  // The record counts as soon as its copy by this program is found.
  const told = await waitFor('where it goes', () => {
    const migration = other.migration(guest);
    return migration?.destination === undefined ? undefined : migration;
  });
  expect(told).toMatchObject({ startedHere: false, destination, temporary: false });
  await alpha.shape(undefined);
  const ended = await waitFor('the end', () => {
    const migration = other.migration(guest);
    return migration?.state.phase === 'done' ? migration.state : undefined;
  });
  expect(ended.verification).toBe('confirmed');
  await waitFor('the row to go', () => other.vm(guest) === undefined);
});

test('a migration started with virsh is shown, followed, and cancelled from the page', async () => {
  const guest = await boot('foreign');
  await alpha.shape('40mbit');
  const command = alpha.exec(['virsh', 'migrate', '--live', '--p2p', guest.uuid, destination], {
    check: false,
  });
  const seen = await here.copying(guest);
  expect(seen.startedHere).toBe(false);
  expect(seen.destination).toBeUndefined();
  void here.migrations.cancel(seen.vm);
  await waitFor('its end', () => here.migration(guest)?.state.phase === 'cancelled');
  expect((await command).exitCode).not.toBe(0);
  await guest.goesOn();
});

test('libvirt-dbus is killed during copying: the migration continues, is followed and verified', async () => {
  const guest = await boot('survivor');
  await alpha.shape('60mbit');
  const handle = await here.start(guest, true);
  await here.copying(guest);
  await alpha.daemon('libvirt-dbus', 'kill');
  await waitFor('the loss to be seen', () => here.inventory.state.get().kind !== 'ready');
  expect(here.vm(guest)).toBeDefined();
  await alpha.daemon('libvirt-dbus', 'start');
  await waitFor('the list to come back', () => here.inventory.state.get().kind === 'ready');
  expect(handle.state.get().state.phase).not.toBe('failed');
  await alpha.shape(undefined);
  expect((await handle.ended).state).toMatchObject({ phase: 'done', verification: 'confirmed' });
  await waitFor('the copy in the row', () => here.vm(guest)?.temporaryCopy);
});

test('five at once: three run, two wait in the queue, one of those is removed', async () => {
  const five = await Promise.all(['q1', 'q2', 'q3', 'q4', 'q5'].map((name) => boot(name, { memory: 128 })));
  await alpha.shape('100mbit');
  const handles: MigrationHandle[] = [];
  for (const guest of five) handles.push(await here.start(guest));
  const positions = handles.map(({ state }) => {
    const { state: phase } = state.get();
    return phase.phase === 'preparing' ? phase.queuePosition : undefined;
  });
  expect(positions).toEqual([undefined, undefined, undefined, 1, 2]);
  // With three running, the fourth worker thread still answers.
  await waitFor('all three to be copied', () => five.slice(0, 3).every((each) => here.vm(each)?.transfer));
  const fourth = handles[3];
  const last = five[4];
  if (fourth === undefined || last === undefined) throw new Error('five were started');
  void here.migrations.cancel(fourth.vm);
  expect((await fourth.ended).state.phase).toBe('cancelled');
  expect(here.migration(last)?.state).toEqual({ phase: 'preparing', queuePosition: 1 });
  await alpha.shape(undefined);
  for (const handle of handles.filter((each) => each !== fourth)) {
    expect((await handle.ended).state).toMatchObject({ phase: 'done', verification: 'confirmed' });
  }
});

test('with all four worker threads busy, progress and cancel go through virsh', async () => {
  // They write more than the link carries, so that none ends before the last has started.
  const four = await Promise.all(
    ['w1', 'w2', 'w3', 'w4'].map((name) => boot(name, { memory: 160, dirtyMb: 32, dirtyRate: 4 })),
  );
  await Promise.all(four.map((guest) => guest.dirtying()));
  await alpha.shape('20mbit');
  const handles: MigrationHandle[] = [];
  for (const guest of four.slice(0, 3)) handles.push(await here.start(guest));
  // A second page uses the fourth thread.
  const other = open(alpha);
  const last = four[3];
  const [first] = handles;
  const [copied] = four;
  if (last === undefined || first === undefined || copied === undefined) throw new Error('four were started');
  await other.start(last);
  const listDomains =
    'busctl --timeout=2 call org.libvirt /org/libvirt/QEMU org.libvirt.Connect ListDomains u 0';
  await waitFor('D-Bus to have no answer for anybody', async () => {
    const { exitCode, stderr } = await alpha.exec(listDomains.split(' '), { check: false });
    return exitCode !== 0 && stderr.includes('timed out');
  });
  await here.copying(copied);
  void here.migrations.cancel(first.vm);
  expect((await first.ended).state.phase).toBe('cancelled');
  for (const handle of handles) void here.migrations.cancel(handle.vm);
  void other.migrations.cancel({ connection: 'system', name: last.name, uuid: last.uuid });
  for (const handle of handles) expect((await handle.ended).state.phase).toBe('cancelled');
  await waitFor('the fourth to end', () => other.migration(last)?.state.phase === 'cancelled');
});

test('an unreachable destination fails with plain words and libvirt’s text', async () => {
  const guest = await boot('unreachable');
  await alpha.trust(beta, 'refused-key');
  try {
    const { state } = await (await here.start(guest)).ended;
    expect(state).toMatchObject({
      phase: 'failed',
      failure: {
        summary: { text: 'The destination refused the sign-in.' },
        original: expect.stringContaining('Permission denied') as string,
      },
    });
    expect(await alpha.virsh('dumpxml', '--inactive', guest.uuid)).not.toContain(recordNamespace);
  } finally {
    await alpha.trust(beta, 'on');
  }
});

test('two disks are copied by virsh; if virsh ends early, the migration continues', async () => {
  const guest = await boot('two-disks', { disk: 'local' });
  const images = '/var/lib/libvirt/images';
  const second = `${images}/${guest.uuid}-second.img`;
  await alpha.exec(['sh', '-c', 'head -c 24M /dev/urandom > "$1"', 'sh', second]);
  await alpha.virsh('attach-disk', guest.uuid, second, 'vdb', '--persistent');
  await alpha.shape('60mbit');
  const handle = await here.start(guest, false, { copyDisks: ['vda', 'vdb'] });
  await waitFor('the disks to be copied', () => {
    const { state } = handle.state.get();
    return 'progress' in state && state.progress.disks !== undefined;
  });
  const { stdout } = await alpha.exec(['pgrep', '-f', 'virsh .*--migrate-disks']);
  await alpha.exec(['kill', '-KILL', ...stdout.trim().split('\n')], { check: false });
  const { state } = await handle.ended;
  expect(state).toMatchObject({ phase: 'done', verification: 'confirmed' });
  expect(await beta.virsh('domblklist', guest.uuid)).toContain(second);
  await guest.goesOn();
  expect(await guest.diskIntact()).toBe(true);
  const sums = await Promise.all([alpha, beta].map((host) => host.exec(['sha256sum', second])));
  expect(new Set(sums.map((sum) => sum.stdout)).size).toBe(1);
});
