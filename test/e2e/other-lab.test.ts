// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { Console, startBrowser } from './console.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start({ hosts: ['alpha'], shared: false });
});

afterAll(async () => {
  await lab.down();
});

it('loads pages while another lab starts and ends', async () => {
  const browser = await startBrowser(lab);
  const console = await Console.open(browser, await lab.host('alpha').console());
  // More requests than Chromium has connections. A change of the network ends the waiting ones (ERR_NETWORK_CHANGED).
  const loading = console.page.evaluate(async () => {
    const state = { stop: false, loaded: 0, failures: [] as string[] };
    Object.assign(window, { state });
    const load = async (): Promise<void> => {
      while (!state.stop) {
        await fetch(`/cockpit/@localhost/migrate/manifest.json?${performance.now()}`, { cache: 'no-store' })
          .then((answer) => answer.text())
          .then(() => (state.loaded += 1))
          .catch((error: unknown) => state.failures.push(String(error)));
      }
    };
    await Promise.all(Array.from({ length: 20 }, load));
    return state;
  });
  const changes: string[] = [];
  console.page.on('requestfailed', (request) => changes.push(request.failure()?.errorText ?? ''));
  await (await Lab.start({ hosts: ['alpha'], shared: false })).down();
  await console.page.evaluate(() => {
    (window as unknown as { state: { stop: boolean } }).state.stop = true;
  });
  const { loaded, failures } = await loading;
  expect({ failures, changes }).toEqual({ failures: [], changes: [] });
  expect(loaded).toBeGreaterThan(20);
  expect(await console.disconnected()).toBeUndefined();
  await browser.close();
});
