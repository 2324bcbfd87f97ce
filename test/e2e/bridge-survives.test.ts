// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BootedLab, generations } from '../lab/booted-lab.ts';
import { type LabHost, waitFor } from '../lab/lab.ts';
import { type Bridge, bridges, sessionLibvirts } from './booted-console.ts';
import { Console, startBrowser } from './console.ts';

/**
 * The Python bridge (Cockpit 337 and 370) has ways to be ended by a page, and takes the whole console along: the second channel to a
 * session bus that cannot be reached is one. The page was the cause once; here it is opened wherever there is, and is not, such a bus.
 */
const hosts = generations.flatMap((generation) => [
  [generation, 'with'] as const,
  [generation, 'without'] as const,
]);

let booted: BootedLab;
let browser: Browser;

beforeAll(async () => {
  booted = await BootedLab.join();
  browser = await startBrowser(booted.lab);
});

afterAll(async () => {
  await browser.close();
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

/**
 * Cockpit's own page of services, which the console loads unseen, opens the session bus each time that it is loaded. Where there is
 * none, its second load ends the bridge of 337 and 370 without us: when the console is loaded anew, or when somebody becomes an
 * administrator. There it is not loaded, so that whatever ends the bridge is our page.
 */
async function withoutServices(host: LabHost): Promise<void> {
  const file = '/etc/cockpit/systemd.override.json';
  await host.exec(['tee', file], { input: '{"preload": ["index"]}' });
}

describe.each(hosts)('Debian %s %s a session bus', (generation, bus) => {
  const host = (): LabHost => booted[bus](generation);

  beforeAll(async () => {
    await withoutServices(booted.without(generation));
    await host().guest('web', { disk: 'none', machine: 'pc-q35-7.2' });
  });

  afterAll(async () => {
    await host().virsh('destroy', 'web');
    await host().virsh('undefine', 'web');
  });

  /** The page asks libvirt for the VM anew each time that something happens to it. */
  async function interact(console: Console): Promise<void> {
    const row = await console.row('web');
    for (const _round of [1, 2]) {
      await host().virsh('suspend', 'web');
      await row.getByText('Paused', { exact: true }).waitFor();
      await host().virsh('resume', 'web');
      await row.getByText('Running', { exact: true }).waitFor();
    }
  }

  async function loadAnew(console: Console): Promise<void> {
    await console.page.reload();
    await (await console.frame()).waitForSelector('h1');
  }

  /** The same processes speak for whoever signed in, and the console says nothing of an end. */
  async function keeps(console: Console, expected: readonly Bridge[]): Promise<void> {
    expect(await console.disconnected()).toBeUndefined();
    expect(await bridges(host())).toEqual(expect.arrayContaining([...expected]));
  }

  it('keeps the console of root', async () => {
    const console = await Console.open(browser, await host().console());
    const bridge = await bridgeOf(host(), 'root', false);
    await interact(console);
    await keeps(console, [bridge]);
    // A page that is loaded anew opens everything once more.
    await loadAnew(console);
    await interact(console);
    await keeps(console, [bridge]);
    expect(await sessionLibvirts(host())).not.toContain('root');
    await console.close();
  });

  it('keeps the console of an administrator, with limited and with full access', async () => {
    const console = await Console.open(browser, await host().console(), { user: 'admin' });
    const bridge = await bridgeOf(host(), 'admin', false);
    // Not interact(): D-Bus keeps an ordinary user out of the system's libvirt-dbus, so the list is only looked up now and then. Each
    // look tries that bus, and their own, anew.
    await (await console.row('web')).getByText('Running', { exact: true }).waitFor();
    await loadAnew(console);
    await (await console.row('web')).getByText('Running', { exact: true }).waitFor();
    await keeps(console, [bridge]);
    await console.becomeAdministrator();
    const root = await bridgeOf(host(), 'root', true);
    await interact(console);
    await keeps(console, [bridge, root]);
    // Their own libvirt is looked at where they have a bus of their own, and root's never is. The C bridge starts a bus for those
    // who have none.
    const own = bus === 'with' || generation === '12' ? ['admin'] : [];
    expect(await sessionLibvirts(host())).toEqual(own);
    await console.close();
  });
});
