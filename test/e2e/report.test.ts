// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { schemaProblems } from '../json-schema.ts';
import type { Guest, LabHost } from '../lab/lab.ts';
import { Console } from './console.ts';
import { startStage } from './stage.ts';

const ssh = 'qemu+ssh://beta/system';
let end: () => Promise<void>;
let alpha: LabHost;
let beta: LabHost;
let browser: Browser;
let console: Console;
let web: Guest;
let dialog: Locator;

beforeAll(async () => {
  const stage = await startStage();
  ({ alpha, beta, browser, end } = stage);
  web = await alpha.guest('web');
  await web.booted();
  console = await Console.open(browser, stage.url);
  dialog = await console.link(web.name, ssh);
  await console.checked();
});

afterAll(async () => {
  await end();
});

it('saves the findings as files, with the console’s content security policy', async () => {
  const save = async (button: string): Promise<{ name: string; text: string }> => {
    const waiting = console.page.waitForEvent('download');
    await dialog.getByRole('button', { name: button }).click();
    const download = await waiting;
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  };
  const json = await save('Download as JSON');
  expect(json.name).toBe('web-migration.json');
  const report: unknown = JSON.parse(json.text);
  expect(schemaProblems(report)).toEqual([]);
  expect(report).toMatchObject({ vm: 'web', destination: ssh });
  const markdown = await save('Download as Markdown');
  expect(markdown.name).toBe('web-migration.md');
  expect(markdown.text).toContain(`# Migration of web to ${ssh}`);
});

it('copies the findings over plain http too', async () => {
  await dialog.getByRole('button', { name: 'Copy findings' }).click();
  await dialog.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
});

it('shows a command that does the same when it is run by hand', async () => {
  await dialog.getByRole('button', { name: 'Show command' }).click();
  const line = await dialog.locator('code', { hasText: /^virsh / }).textContent();
  await console.picture('report');
  await alpha.exec(['sh', '-c', line ?? '']);
  expect(await alpha.virsh('list', '--all', '--name')).not.toContain(web.name);
  expect(await beta.virsh('domstate', web.name)).toBe('running');
  expect(await beta.virsh('dominfo', web.name)).toMatch(/Persistent: +yes/);
  await web.goesOn();
});
