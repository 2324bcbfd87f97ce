// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, type LabHost, waitFor } from '../lab/lab.ts';
import { withDebs } from '../packages.ts';
import { type Bridge, bridges, sessionLibvirts } from './booted-console.ts';
import { Console, startBrowser } from './console.ts';

/**
 * The Python bridge (Cockpit 337 and 370) has ways to be ended by a page, and takes the whole console along: the second channel to a
 * session bus that cannot be reached is one. The page was the cause once; here it is opened wherever there is, and is not, such a bus.
 */
const hosts = ['12', '13', '14'].flatMap((generation) => [
  [generation, 'with', `debian${generation}`] as const,
  [generation, 'without', `bare${generation}`] as const,
]);

let lab: Lab;
let browser: Browser;

beforeAll(async () => {
  lab = await Lab.start({
    hosts: hosts.map(([generation, bus, name]) => {
      return bus === 'with' ? `${name}:${generation}` : `${name}:${generation}:no-session-bus`;
    }),
    shared: false,
  });
  browser = await startBrowser(lab);
});

afterAll(async () => {
  await browser.close();
  await lab.down();
});

/** Waits for the one bridge that somebody who just signed in has, after those of former sessions have ended. */
async function bridgeOf(host: LabHost, user: string, privileged: boolean): Promise<Bridge> {
  return waitFor(`the bridge of ${user}`, async () => {
    const [bridge, another] = (await bridges(host)).filter(
      (each) => each.user === user && each.privileged === privileged,
    );
    return another === undefined && bridge;
  });
}

/** What can end a bridge and its console, and what nobody asked for. */
async function state(host: LabHost, console: Console): Promise<unknown> {
  return { bridges: await bridges(host), says: await console.disconnected() };
}

describe.each(hosts)('Debian %s %s a session bus', (generation, bus, name) => {
  const host = (): LabHost => lab.host(name);

  beforeAll(async () => {
    await host().guest('web', { disk: 'none', machine: 'pc-q35-7.2' });
  });

  afterAll(async () => {
    await host().virsh('destroy', 'web');
  });

  /** The page asks libvirt for the VM anew each time that something happens to it. */
  async function interact(console: Console): Promise<void> {
    const row = await console.row('web');
    for (let round = 0; round < 5; round += 1) {
      await host().virsh('suspend', 'web');
      await row.getByText('Paused', { exact: true }).waitFor();
      await host().virsh('resume', 'web');
      await row.getByText('Running', { exact: true }).waitFor();
    }
  }

  /**
   * Loads our page anew where there is no such bus, and the whole console elsewhere: its own page of services, which is loaded unseen with
   * it, opens the session bus each time (`preload` in Cockpit's manifest), so the second load would end the bridge without us.
   */
  async function loadAnew(console: Console): Promise<void> {
    if (bus === 'with' || generation === '12') await console.page.reload();
    else
      await (await console.frame()).evaluate(() => {
        window.location.reload();
      });
    await (await console.frame()).waitForSelector('h1');
  }

  it('keeps the console of root', async () => {
    const console = await Console.open(browser, await host().console());
    const bridge = await bridgeOf(host(), 'root', false);
    await interact(console);
    expect(await state(host(), console)).toEqual({ bridges: [bridge], says: undefined });
    // A page that is loaded anew opens everything once more.
    await loadAnew(console);
    await interact(console);
    expect(await state(host(), console)).toEqual({ bridges: [bridge], says: undefined });
    expect(await sessionLibvirts(host())).toEqual([]);
    await console.close();
  });

  it('keeps the console of an administrator, with limited and with full access', async () => {
    const console = await Console.open(browser, await host().console(), { user: 'admin' });
    const bridge = await bridgeOf(host(), 'admin', false);
    // Not interact(): D-Bus keeps an ordinary user out of the system's libvirt-dbus, so the list is only looked up now and then. Each
    // look tries that bus, and their own, anew.
    for (let round = 0; round < 3; round += 1) {
      await (await console.row('web')).getByText('Running', { exact: true }).waitFor();
      await loadAnew(console);
    }
    expect(await console.disconnected()).toBeUndefined();
    expect(await bridges(host())).toContainEqual(bridge);
    await console.becomeAdministrator();
    const root = await bridgeOf(host(), 'root', true);
    await interact(console);
    expect(await state(host(), console)).toEqual({
      bridges: expect.arrayContaining([bridge, root]) as unknown,
      says: undefined,
    });
    // Their own libvirt is looked at where they have a bus of their own, and root's never is. The C bridge starts a bus for those
    // who have none.
    expect(await sessionLibvirts(host())).toEqual(bus === 'with' || generation === '12' ? ['admin'] : []);
    await console.close();
  });
});
