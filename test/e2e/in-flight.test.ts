// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Guest, LabHost } from '../lab/lab.ts';
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

afterEach(async () => {
  await beta.shape(undefined);
});

afterAll(async () => {
  await end();
});

/** A guest whose memory takes a while on a link of 60 Mbit/s: urandom, so that no page is sent as zeros. */
async function slowGuest(name: string): Promise<Guest> {
  const guest = await alpha.guest(name, { memory: 256, dirtyMb: 80, dirtyRate: 1 });
  await guest.dirtying();
  return guest;
}

async function percent(console: Console, vm: string): Promise<number> {
  const bar = (await console.frame()).locator(`[data-migration="${vm}"]`).getByRole('progressbar');
  return Number((await bar.getAttribute('aria-valuenow')) ?? Number.NaN);
}

it('Cancel really cancels: the VM runs here, and nothing is left on the destination', async () => {
  const guest = await slowGuest('cancelled');
  const console = await Console.open(browser, url);
  const dialog = await console.dialog('cancelled', ssh, { seconds: 2 });
  await console.checked();
  await beta.shape('60mbit');
  await console.start();
  await console.phase('cancelled', ['copying']);
  // Progress never goes backwards.
  const seen: number[] = [];
  await expect
    .poll(
      async () => {
        seen.push(await percent(console, 'cancelled'));
        return seen.at(-1);
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBeGreaterThan(30);
  const numbers = seen.filter((value) => !Number.isNaN(value));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  await (await console.row('cancelled')).getByText(/^Migrating \d+ %$/).waitFor();
  await console.picture('copying');
  expect(await console.violations()).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel migration' }).click();
  const end = await console.phase('cancelled', ['done', 'failed', 'cancelled']);
  await console.picture('cancelled');
  expect(end).toBe('cancelled');
  expect(await alpha.virsh('domstate', guest.uuid)).toBe('running');
  expect(await beta.virsh('list', '--all', '--uuid')).toBe('');
  await guest.goesOn();
  expect(await guest.diskIntact()).toBe(true);
  await dialog.getByRole('button', { name: 'Back to the checks' }).click();
  expect(await console.finding('authentication')).toMatchObject({ verdict: 'pass' });
  await alpha.virsh('destroy', guest.uuid);
  await console.close();
});

it('says that it stalls, without a percentage, and finishes when the VM is paused', async () => {
  const guest = await alpha.guest('stuck', { memory: 160, dirtyMb: 48, dirtyRate: 40 });
  await guest.dirtying();
  const console = await Console.open(browser, url);
  const dialog = await console.dialog('stuck', ssh, { seconds: 1 });
  await console.checked();
  await beta.shape('60mbit');
  await console.start();
  const helps = dialog.getByRole('list', { name: 'What to do' });
  await helps.waitFor({ timeout: 120_000 });
  expect(await percent(console, 'stuck')).toBeNaN();
  await (await console.row('stuck')).getByText('Migrating: stalled').waitFor();
  await helps.getByText(/migrate-setmaxdowntime/).waitFor();
  expect(await console.violations()).toEqual([]);
  await console.picture('stuck');
  await helps.getByRole('button', { name: 'Pause the VM now' }).click();
  expect(await console.phase('stuck', ['done', 'failed', 'cancelled'])).toBe('done');
  // It is not paused on the destination, as the page says.
  await dialog.getByText('Done: stuck runs on beta. Both hosts confirm this.').waitFor();
  expect(await beta.virsh('domstate', guest.uuid)).toBe('running');
  await guest.goesOn();
  await console.close();
});

it('continues when the page is closed; opened again, the page shows it and its result', async () => {
  const guest = await slowGuest('closed');
  const first = await Console.open(browser, url);
  await first.dialog('closed', ssh, { seconds: 2 });
  await first.checked();
  await beta.shape('60mbit');
  await first.start();
  await first.phase('closed', ['copying']);
  await first.close();
  // A page in another session, and the destination's own page.
  const [second, there] = await Promise.all([
    Console.open(browser, url),
    beta.console().then((other) => Console.open(browser, other)),
  ]);
  await second.phase('closed', ['copying']);
  await (await second.row('closed')).getByText(/^Migrating/).waitFor();
  await (await there.row('closed')).getByText('Arriving').waitFor();
  await second.picture('seen-again');
  await beta.shape(undefined);
  expect(await second.phase('closed', ['done', 'failed', 'cancelled'])).toBe('done');
  await (await there.row('closed')).getByText('Running').waitFor();
  expect(await beta.virsh('domstate', guest.uuid)).toBe('running');
  expect(await alpha.virsh('list', '--all', '--uuid')).not.toContain(guest.uuid);
  await guest.goesOn();
  expect(await guest.diskIntact()).toBe(true);
  await second.close();
  await there.close();
});

it('shows a refusal of libvirt in plain words, with the original text below', async () => {
  const guest = await alpha.guest('refused', { memory: 128 });
  await guest.booted();
  const console = await Console.open(browser, url);
  const dialog = await console.dialog('refused', ssh, { seconds: 1 });
  await console.checked();
  // The situation changes between the check and the click.
  await alpha.trust(beta, 'refused-key');
  try {
    await dialog.getByRole('button', { name: 'Migrate', exact: true }).click();
    expect(await console.phase('refused', ['done', 'failed', 'cancelled'])).toBe('failed');
    await dialog.getByText('The destination refused the sign-in.').waitFor();
    await dialog
      .getByText(/Permission denied/)
      .first()
      .waitFor({ state: 'attached' });
    await console.picture('failed');
    expect(await console.violations()).toEqual([]);
  } finally {
    await alpha.trust(beta, 'on');
  }
  expect(await alpha.virsh('domstate', guest.uuid)).toBe('running');
  await console.close();
});
