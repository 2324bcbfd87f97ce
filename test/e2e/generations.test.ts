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

/** One session in the console for each, in this order. */
describe.each([
  ['12', '13', 'root'],
  ['13', '12', 'admin'],
  ['14', '12', 'admin'],
] as const)('the page on Debian %s, whose VMs go to Debian %s, for %s', (from, to, user) => {
  const name = `page ${from}`;
  const source = (): LabHost => booted.with(from);
  const destination = (): LabHost => booted.without(to);
  const uri = (): string => `qemu+ssh://${destination().name}/system`;
  let console: Console;
  let guest: Guest;

  beforeAll(async () => {
    // A machine type that every generation has.
    guest = await source().guest(name, { machine: 'pc-q35-7.2', off: true });
    console = await Console.open(browser, await source().console(), {
      user,
      administrative: user !== 'root',
    });
  });

  afterAll(async () => {
    await console.close();
  });

  /** Waits until the row says so, without that the page is loaded anew. */
  async function shows(state: 'Running' | 'Paused' | 'Shut off'): Promise<void> {
    await (await console.row(name)).getByText(state, { exact: true }).waitFor();
  }

  it('lists the VM, and follows what others do to it', async () => {
    await shows('Shut off');
    await source().virsh('start', guest.uuid);
    await shows('Running');
    await source().virsh('suspend', guest.uuid);
    await shows('Paused');
  });

  it('resumes, pauses, shuts off and starts it', async () => {
    const state = (): Promise<string> => source().virsh('domstate', guest.uuid);
    await console.choose(name, 'Resume');
    await shows('Running');
    expect(await state()).toBe('running');
    await console.choose(name, 'Pause');
    await shows('Paused');
    expect(await state()).toBe('paused');
    await console.choose(name, 'Force shut down');
    const question = (await console.frame()).getByRole('dialog', { name: `Force shut down ${name}?` });
    await question.getByRole('button', { name: 'Force shut down', exact: true }).click();
    await shows('Shut off');
    expect(await state()).toBe('shut off');
    await console.choose(name, 'Run');
    await shows('Running');
    expect(await state()).toBe('running');
  });

  it('speaks French, and is dark', async () => {
    await console.speak('fr-fr', { dark: true });
    const frame = await console.frame();
    await (await console.row(name)).getByText('En cours d’exécution', { exact: true }).waitFor();
    await frame.getByLabel('Machines virtuelles').waitFor();
    expect(
      await frame.evaluate(() => {
        const { lang, classList } = document.documentElement;
        return [lang.slice(0, 2), classList.contains('pf-v6-theme-dark')];
      }),
    ).toEqual(['fr', true]);
    await console.picture(`generation-${from}-fr`);
    await console.speak('en-us', { dark: false });
    await shows('Running');
  });

  it('finds nothing against its migration, and moves it for a time', async () => {
    await guest.booted();
    await console.dialog(name, uri(), { temporary: true, seconds: 1 });
    for (const check of ['control-port', 'authentication', 'cpu-compatibility', 'shared-storage'])
      expect(await console.finding(check)).toMatchObject({ verdict: 'pass' });
    expect(await console.migrate(name)).toBe('done');
    expect(await knownTo(destination(), guest)).toBe('running, transient');
    expect(await knownTo(source(), guest)).toBe('shut off, persistent');
    await survives(guest, from);
    await console.closeResult();
    await console.picture(`generation-${from}-temporary`);
  });

  it('shows that it has come back, and moves it for good', async () => {
    await destination().virsh('migrate', '--live', '--p2p', guest.uuid, `qemu+ssh://${source().name}/system`);
    await shows('Running');
    await survives(guest, to);
    await console.dialog(name, uri(), { seconds: 1 });
    expect(await console.migrate(name)).toBe('done');
    expect(await knownTo(destination(), guest)).toBe('running, persistent');
    expect(await knownTo(source(), guest)).toBe('unknown');
    await survives(guest, from);
    expect(await guest.diskIntact()).toBe(true);
    await console.picture(`generation-${from}-done`);
    await destination().virsh('destroy', guest.uuid);
  });
});
