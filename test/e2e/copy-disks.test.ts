// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LabHost } from '../lab/lab.ts';
import { Console } from './console.ts';
import { startStage } from './stage.ts';

const ssh = 'qemu+ssh://beta/system';
let end: () => Promise<void>;
let alpha: LabHost;
let beta: LabHost;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ alpha, beta, browser, url, end } = await startStage());
});

afterAll(async () => {
  await end();
});

it('moves a VM with a local disk, after one click, and shows that the disk is copied first', async () => {
  const guest = await alpha.guest('own', { disk: 'local' });
  await guest.booted();
  const path = `/var/lib/libvirt/images/${guest.uuid}.img`;
  const console = await Console.open(browser, url);
  const dialog = await console.dialog(guest.name, ssh, { seconds: 1 });
  expect(await console.finding('shared-storage')).toMatchObject({
    verdict: 'block',
    text: expect.stringContaining('is only on this host') as string,
  });
  await console.picture('copy-offered');
  await dialog.getByRole('button', { name: 'Copy vda' }).click();
  await dialog.getByText(/Disks copied to the destination: vda\./).waitFor();
  // Waiting checks have no verdict until the hosts have answered again.
  await expect
    .poll(async () => (await console.finding('shared-storage')).verdict, { timeout: 30_000 })
    .toBe('pass');
  await console.checked();
  for (const check of ['disk-path', 'disk-space', 'data-ports'])
    expect(await console.finding(check)).toMatchObject({ verdict: 'pass' });
  const forecast = await dialog.locator('[data-forecast="converges"]').textContent();
  expect(forecast).toContain('Disks to copy before the memory');
  expect(await console.violations()).toEqual([]);
  await console.picture('copy-checked');
  // Slow enough for the figures to be read.
  await beta.shape('30mbit');
  await console.start();
  const frame = await console.frame();
  const figure = frame.locator(`[data-migration="${guest.name}"][data-phase="copying"]`).first();
  await figure.getByText('Disks remaining').waitFor();
  await console.picture('copy-running');
  await beta.shape(undefined);
  expect(await console.phase(guest.name, ['done', 'failed', 'cancelled'])).toBe('done');
  await console.picture('copy-done');
  expect(await beta.virsh('domstate', guest.uuid)).toBe('running');
  expect(await alpha.virsh('list', '--all', '--uuid')).not.toContain(guest.uuid);
  await guest.goesOn();
  expect(await guest.diskIntact()).toBe(true);
  // Both images exist and are different files.
  const [here, there] = await Promise.all([alpha, beta].map((host) => host.exec(['stat', '-c', '%i', path])));
  expect(here?.stdout).not.toBe(there?.stdout);
  await console.close();
});

it('cancelled while a disk is copied, leaves the VM on this host, and says what is left on the destination', async () => {
  const guest = await alpha.guest('stays', { disk: 'local', diskMb: 64 });
  await guest.booted();
  const path = `/var/lib/libvirt/images/${guest.uuid}.img`;
  // Data that takes a while.
  await alpha.exec([
    'sh',
    '-c',
    'head -c 40M /dev/urandom | dd of="$1" bs=1M seek=20 conv=notrunc status=none',
    'sh',
    path,
  ]);
  const console = await Console.open(browser, url);
  const dialog = await console.link(guest.name, ssh, false, ['vda']);
  expect((await console.checked()).ready).toBe(true);
  await beta.shape('30mbit');
  await console.start();
  await (await console.frame())
    .locator(`[data-migration="${guest.name}"][data-phase="copying"]`)
    .first()
    .getByText('Disks remaining')
    .waitFor();
  await dialog.getByRole('button', { name: 'Cancel migration' }).click();
  expect(await console.phase(guest.name, ['done', 'failed', 'cancelled'])).toBe('cancelled');
  await beta.shape(undefined);
  await guest.goesOn();
  expect(await alpha.virsh('domstate', guest.uuid)).toBe('running');
  expect(await beta.virsh('list', '--all', '--uuid')).not.toContain(guest.uuid);
  // libvirt leaves the new image. The page says so, and the next attempt does not overwrite it without asking.
  await dialog.getByText(/^Unfinished disk images may be left .*: vda\./).waitFor();
  await beta.exec(['ls', path]);
  await console.picture('copy-cancelled');
  await dialog.getByRole('button', { name: 'Back to the checks' }).click();
  await console.checked();
  expect(await console.finding('disk-path')).toMatchObject({
    verdict: 'block',
    text: expect.stringContaining(path) as string,
  });
  await dialog.getByRole('checkbox', { name: /^Override this problem/ }).check();
  await console.start();
  expect(await console.phase(guest.name, ['done', 'failed', 'cancelled'])).toBe('done');
  await guest.goesOn();
  expect(await guest.diskIntact()).toBe(true);
  await console.close();
});
