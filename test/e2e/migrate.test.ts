// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { Console, startBrowser } from './console.ts';

let lab: Lab;
let browser: Browser;
let url: string;

beforeAll(async () => {
  lab = await Lab.start();
  browser = await startBrowser();
  url = await lab.host('alpha').console();
});

afterAll(async () => {
  await browser.close();
  await lab.down();
});

describe('the page in a real console', () => {
  it('moves a running VM for good, and the destination confirms it', async () => {
    const alpha = lab.host('alpha');
    const beta = lab.host('beta');
    const guest = await alpha.guest('web');
    await guest.booted();
    const console = await Console.open(browser, alpha, url);
    await console.dialog('web', 'qemu+ssh://beta/system');
    expect(await console.verdict('shared-storage')).toBe('pass');
    expect(await console.verdict('data-ports')).toBe('pass');
    expect(await console.verdict('cpu-compatibility')).toBe('pass');
    await console.picture('preflight');
    expect(await console.migrate('web')).toBe('done');
    await console.picture('done');
    expect(await beta.virsh('domstate', guest.uuid)).toBe('running');
    expect(await beta.virsh('list', '--all', '--persistent', '--uuid')).toContain(guest.uuid);
    expect(await alpha.virsh('list', '--all', '--uuid')).not.toContain(guest.uuid);
    await guest.goesOn();
    expect(await guest.diskIntact()).toBe(true);
    await beta.virsh('destroy', guest.uuid);
    await console.close();
  });

  it('moves a running VM for the time being over tcp; its definition stays', async () => {
    const alpha = lab.host('alpha');
    const beta = lab.host('beta');
    const guest = await alpha.guest('guest of honour');
    await guest.booted();
    const console = await Console.open(browser, alpha, url);
    await console.dialog('guest of honour', 'qemu+tcp://beta/system', true);
    expect(await console.migrate('guest of honour')).toBe('done');
    expect(await beta.virsh('list', '--transient', '--uuid')).toContain(guest.uuid);
    expect(await alpha.virsh('domstate', guest.uuid)).toBe('shut off');
    await guest.goesOn();
    await beta.virsh('destroy', guest.uuid);
    await console.close();
  });

  it('blocks a VM whose disk only this host has', async () => {
    const alpha = lab.host('alpha');
    const guest = await alpha.guest('local', { disk: 'local' });
    await guest.booted();
    const console = await Console.open(browser, alpha, url);
    await console.dialog('local', 'qemu+ssh://beta/system');
    expect(await console.verdict('shared-storage')).toBe('block');
    await console.picture('blocked');
    const migrate = console.frame.getByRole('dialog').getByRole('button', { name: 'Migrate', exact: true });
    expect(await migrate.isDisabled()).toBe(true);
    await alpha.virsh('destroy', guest.uuid);
    await console.close();
  });
});
