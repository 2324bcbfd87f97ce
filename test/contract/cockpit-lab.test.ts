// SPDX-License-Identifier: LGPL-2.1-or-later
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { startBrowser } from '../e2e/console.ts';
import type { LabHost } from '../lab/lab.ts';
import { CockpitProxy } from './cockpit-proxy.ts';
import { labEnvironment } from './lab-environment.ts';
import { describePlatform } from './platform-contract.ts';

const directory = '/usr/share/cockpit/contract';

/** The page's side as one script. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, 'cockpit-page.ts'), formats: ['iife'], name: 'contractPage' },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!('output' in output)) throw new Error('Nothing was built');
  return output.output[0].code;
}

/** A Cockpit package for the host that contains only the platform. */
async function installPage(host: LabHost): Promise<void> {
  const files = {
    'manifest.json': '{"version": 0, "tools": {}}',
    'index.html':
      '<!doctype html><title>Contract</title><script src="../base1/cockpit.js"></script><script src="page.js"></script>',
    'page.js': await bundle(),
  };
  await host.exec(['mkdir', '-p', directory]);
  for (const [name, text] of Object.entries(files))
    await host.exec(['tee', `${directory}/${name}`], { input: text });
}

/** Signs in and opens the page outside of the console's frame. `superuser`: with administrative access. */
async function openPage(browser: Browser, url: string, user: string, superuser: boolean): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  const login = await page.request.get(`${url}/cockpit/login`, {
    headers: {
      Authorization: `Basic ${Buffer.from(`${user}:lab`).toString('base64')}`,
      ...(superuser ? { 'X-Superuser': 'any' } : {}),
    },
  });
  if (!login.ok()) throw new Error(`Could not sign in: ${login.status()}`);
  await page.goto(`${url}/cockpit/@localhost/contract/index.html`);
  return page;
}

describePlatform('Cockpit in Chromium with a host of the lab', 'hosts', () =>
  labEnvironment(async (lab, alpha) => {
    await installPage(alpha);
    const url = await alpha.console();
    const browser = await startBrowser(lab);
    const page = await openPage(browser, url, 'admin', true);
    const other = await openPage(browser, url, 'guest', false);
    return {
      platform: await CockpitProxy.connect(page),
      denied: { platform: await CockpitProxy.connect(other), path: '/etc/shadow' },
      stop: async () => {
        await browser.close();
        await alpha.stopConsole();
      },
    };
  }),
);
