// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BootedLab } from '../lab/booted-lab.ts';
import type { Guest, LabHost } from '../lab/lab.ts';
import { knownTo, survives } from './booted-console.ts';
import { Console, startBrowser } from './console.ts';

let booted: BootedLab;
let browser: Browser;

beforeAll(async () => {
  booted = await BootedLab.join();
  browser = await startBrowser(booted.lab);
});

afterAll(async () => {
  await browser.close();
});

describe.each([
  ['12', '13', 'root'],
  ['13', '12', 'admin'],
  ['14', '13', 'admin'],
] as const)('the page on Debian %s, whose VMs go to Debian %s, for %s', (from, to, user) => {
  const name = `page ${from}`;
  let console: Console;
  let guest: Guest;
  const source = (): LabHost => booted.with(from);
  const destination = (): LabHost => booted.without(to);

  beforeAll(async () => {
    // A machine type that every generation has.
    guest = await source().guest(name, { machine: 'pc-q35-7.2' });
    console = await Console.open(browser, await source().console(), {
      user,
      administrative: user !== 'root',
    });
    await guest.booted();
  });

  afterAll(async () => {
    await console.close();
  });

  it('lists the VMs, follows what happens to them, and operates them', async () => {
    const row = await console.row(name);
    await row.getByText('Running', { exact: true }).waitFor();
    await console.choose(name, 'Pause');
    await row.getByText('Paused', { exact: true }).waitFor();
    expect(await source().virsh('domstate', guest.uuid)).toBe('paused');
    await source().virsh('resume', guest.uuid);
    await row.getByText('Running', { exact: true }).waitFor();
    await console.picture(`generation-${from}`);
  });

  it('moves one temporarily and permanently, after a preflight without problems', async () => {
    const uri = `qemu+ssh://${destination().name}/system`;
    await console.dialog(name, uri, { temporary: true, seconds: 1 });
    for (const check of ['control-port', 'authentication', 'cpu-compatibility', 'shared-storage'])
      expect(await console.finding(check)).toMatchObject({ verdict: 'pass' });
    expect(await console.migrate(name)).toBe('done');
    expect(await knownTo(destination(), guest)).toBe('running, transient');
    expect(await knownTo(source(), guest)).toBe('shut off, persistent');
    await survives(guest, from);
    await console.picture(`generation-${from}-done`);
    await destination().virsh('destroy', guest.uuid);
    await source().virsh('start', guest.uuid);
    await guest.runs();
    await console.page.reload();
    await (await console.row(name)).getByText('Running', { exact: true }).waitFor();
    await console.dialog(name, uri, { seconds: 1 });
    expect(await console.migrate(name)).toBe('done');
    expect(await knownTo(destination(), guest)).toBe('running, persistent');
    expect(await knownTo(source(), guest)).toBe('unknown');
    await survives(guest, from);
    expect(await guest.diskIntact()).toBe(true);
    await destination().virsh('destroy', guest.uuid);
  });
});
