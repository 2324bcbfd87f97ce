// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BootedLab, generations } from '../lab/booted-lab.ts';
import { type LabHost, waitFor } from '../lab/lab.ts';
import { type Bridge, bridges, sessionLibvirts } from './booted-console.ts';
import { Console, startBrowser } from './console.ts';

/**
 * A page can end the Python bridge (Cockpit 337 and 370), and with it the whole console: for example by a second channel to a
 * session bus that cannot be reached. This page did so once. So it is opened on hosts with and without such a bus.
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

/** Waits until a user who has just signed in has exactly one bridge, after those of earlier sessions have ended. */
async function bridgeOf(host: LabHost, user: string, privileged: boolean): Promise<Bridge> {
  return waitFor(`the bridge of ${user}`, async () => {
    const [bridge, another] = (await bridges(host)).filter(
      (each) => each.user === user && each.privileged === privileged,
    );
    return another === undefined && bridge;
  });
}

/**
 * Cockpit's services page, which the console loads invisibly, opens the session bus each time. Without a session bus, its second
 * load ends the bridge of 337 and 370: when the console is reloaded, or when a user gets administrative access. So it is not loaded
 * there, and only this page could end the bridge.
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

  /** The page reads the VM from libvirt again after each event. */
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

  /** The user still has the same processes, and the console does not report an end. */
  async function keeps(console: Console, expected: readonly Bridge[]): Promise<void> {
    expect(await console.disconnected()).toBeUndefined();
    expect(await bridges(host())).toEqual(expect.arrayContaining([...expected]));
  }

  it('keeps the console of root', async () => {
    const console = await Console.open(browser, await host().console());
    const bridge = await bridgeOf(host(), 'root', false);
    await interact(console);
    await keeps(console, [bridge]);
    // A reloaded page opens everything again.
    await loadAnew(console);
    await interact(console);
    await keeps(console, [bridge]);
    expect(await sessionLibvirts(host())).not.toContain('root');
    await console.close();
  });

  it('keeps the console of an administrator, with limited and with full access', async () => {
    const console = await Console.open(browser, await host().console(), { user: 'admin' });
    const bridge = await bridgeOf(host(), 'admin', false);
    // Not interact(): D-Bus denies an ordinary user access to the system's libvirt-dbus, so the list is only read at intervals.
    // Each read opens that bus and the user's own again.
    await (await console.row('web')).getByText('Running', { exact: true }).waitFor();
    await loadAnew(console);
    await (await console.row('web')).getByText('Running', { exact: true }).waitFor();
    await keeps(console, [bridge]);
    await console.becomeAdministrator();
    const root = await bridgeOf(host(), 'root', true);
    await interact(console);
    await keeps(console, [bridge, root]);
    // A user's own libvirt is used if they have a session bus; root's never is. The C bridge starts a bus for users without one.
    const own = bus === 'with' || generation === '12' ? ['admin'] : [];
    expect(await sessionLibvirts(host())).toEqual(own);
    await console.close();
  });
});
