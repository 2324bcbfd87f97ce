// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LabHost } from '../lab/lab.ts';
import { Console } from './console.ts';
import { startStage } from './stage.ts';

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

/** Names that break careless use in shell, HTML, URLs, CSS selectors or XML. */
it.each([
  ['ssh', 'web server'],
  ['tcp', `it's <b>"quoted" & 100 %`],
  ['tls', '$(touch e2e-ran) `id` ; почта-邮件'],
] as const)('moves a running VM for good over %s: %s', async (transport, name) => {
  const guest = await alpha.guest(name);
  await guest.booted();
  if (transport !== 'ssh') await beta.virsh('pool-refresh', 'shared');
  const console = await Console.open(browser, url);
  // Over ssh with the default of four periods.
  await console.dialog(name, `qemu+${transport}://beta/system`, transport === 'ssh' ? {} : { seconds: 1 });
  for (const check of ['control-port', 'authentication', 'cpu-compatibility', 'data-ports', 'dirty-rate'])
    expect(await console.finding(check)).toMatchObject({ verdict: 'pass' });
  if (transport === 'ssh') {
    expect(await console.finding('shared-storage')).toMatchObject({ verdict: 'pass' });
    await console.checked();
    expect(await console.violations()).toEqual([]);
    await console.picture('preflight');
  }
  expect(await console.migrate(name)).toBe('done');
  expect(await console.violations()).toEqual([]);
  await console.picture(`done-${transport}`);
  expect(await beta.virsh('domstate', guest.uuid)).toBe('running');
  expect(await beta.virsh('list', '--all', '--persistent', '--uuid')).toContain(guest.uuid);
  expect(await alpha.virsh('list', '--all', '--uuid')).not.toContain(guest.uuid);
  await guest.goesOn();
  expect(await guest.diskIntact()).toBe(true);
  for (const host of [alpha, beta])
    expect(
      (await host.exec(['find', '/', '/root', '/tmp', '/run', '-maxdepth', '1', '-name', 'e2e-ran'])).stdout,
    ).toBe('');
  await beta.virsh('destroy', guest.uuid);
  await console.close();
});

it.each([
  ['ssh', 'été "à" l’île'],
  ['tcp', `a\\b <script>alert(1)`],
  ['tls', '--help'],
] as const)('moves a running VM for a time over %s; its definition stays: %s', async (transport, name) => {
  const guest = await alpha.guest(name);
  await guest.booted();
  if (transport !== 'ssh') await beta.virsh('pool-refresh', 'shared');
  const console = await Console.open(browser, url, { user: 'admin' });
  await console.dialog(name, `qemu+${transport}://beta/system`, { temporary: true, seconds: 1 });
  expect(await console.migrate(name)).toBe('done');
  expect(await beta.virsh('list', '--transient', '--uuid')).toContain(guest.uuid);
  expect(await alpha.virsh('domstate', guest.uuid)).toBe('shut off');
  await guest.goesOn();
  expect(await guest.diskIntact()).toBe(true);
  await console.close();

  // In another admin's browser, the row shows it, and Run asks first.
  const other = await Console.open(browser, url);
  const row = await other.row(name);
  await row.getByText(/^Runs temporarily on beta since /).waitFor();
  await other.picture(`temporary-${transport}`);
  await other.choose(name, 'Run');
  const question = (await other.frame()).getByRole('dialog', { name: `Run ${name} on this host?` });
  await question.getByText(/both write to the same disk and destroy its content/).waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await alpha.virsh('domstate', guest.uuid)).toBe('shut off');

  // When the copy ends, it disappears, and the VM can run here again.
  await beta.virsh('destroy', guest.uuid);
  expect(await beta.virsh('list', '--all', '--uuid')).not.toContain(guest.uuid);
  await other.choose(name, 'Run');
  await question.getByRole('button', { name: 'Run: the copy is off' }).click();
  await row.getByText('Running', { exact: true }).waitFor();
  await row.getByText(/^Runs temporarily/).waitFor({ state: 'detached' });
  await alpha.virsh('destroy', guest.uuid);
  await other.close();
});
