// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Guest, LabHost } from '../lab/lab.ts';
import { Console } from './console.ts';
import { startStage } from './stage.ts';

const ssh = 'qemu+ssh://beta/system';
let end: () => Promise<void>;
let alpha: LabHost;
let beta: LabHost;
let browser: Browser;
let url: string;
let web: Guest;

beforeAll(async () => {
  ({ alpha, beta, browser, url, end } = await startStage());
  web = await alpha.guest('web');
  await alpha.guest('database', { memory: 160, disk: 'local' });
  await alpha.guest('archive of the year before last', { off: true });
  await web.booted();
});

afterAll(async () => {
  await end();
});

/** Nothing may overflow the page to the right. */
async function fits(console: Console): Promise<void> {
  const frame = await console.frame();
  expect(
    await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
}

/** Truncated labels and column headings. */
async function shortened(console: Console): Promise<readonly string[]> {
  const frame = await console.frame();
  return frame.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.pf-v6-c-label__text, .pf-v6-c-table__text')].flatMap(
      ({ scrollWidth, clientWidth, innerText }) => (scrollWidth > clientWidth ? [innerText] : []),
    ),
  );
}

/** Texts of an open menu that are cut off or outside of the viewport. */
async function cutOff(console: Console): Promise<readonly string[]> {
  const frame = await console.frame();
  return frame.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')].flatMap((item) => {
      // If the window is lower than the menu, it scrolls, as focusing does.
      if (window.innerHeight < 600) item.scrollIntoView({ block: 'nearest' });
      const { left, top, right, bottom } = item.getBoundingClientRect();
      const inside = left >= 0 && top >= 0 && right <= window.innerWidth && bottom <= window.innerHeight;
      const words = [
        ...item.querySelectorAll<HTMLElement>('.pf-v6-c-menu__item-text, .pf-v6-c-menu__item-description'),
      ];
      const whole = words.every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth);
      return inside && whole ? [] : [item.innerText];
    }),
  );
}

/** Texts in the dialog that are visibly cut off by their box. */
async function clipped(console: Console): Promise<readonly string[]> {
  const frame = await console.frame();
  return frame.evaluate(() =>
    [...document.querySelectorAll('[role="dialog"] *')].flatMap((element) => {
      // The chart is an SVG, whose text has no box that could cut it off.
      if (!(element instanceof HTMLElement) || element.matches('.migrate-chart-plot')) return [];
      const { overflowX, overflowY, clipPath } = getComputedStyle(element);
      const cuts = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';
      const { clientWidth, clientHeight, scrollWidth, scrollHeight, innerText } = element;
      // Text for screen readers only is one pixel wide.
      if (clientWidth <= 1 || clipPath !== 'none' || innerText.trim() === '') return [];
      const wide = cuts(overflowX) && scrollWidth > clientWidth + 1;
      const high = cuts(overflowY) && scrollHeight > clientHeight + 1;
      return wide || high ? [`${element.className}: ${innerText.slice(0, 80)}`] : [];
    }),
  );
}

/** Whose pictures the documentation shows. */
const inDocs: ReadonlySet<string> = new Set(['light-wide', 'dark-wide', 'light-medium', 'dark-phone']);

it.each([
  ['light-wide', { width: 1280, height: 1000 }],
  ['dark-wide', { width: 1280, height: 1000, dark: true }],
  ['light-medium', { width: 1024, height: 800 }],
  ['dark-phone', { width: 420, height: 900, dark: true }],
  // 200 % zoom of 1280 × 1000.
  ['light-enlarged', { width: 640, height: 500 }],
  // The width that WCAG 1.4.10 requires.
  ['light-narrow', { width: 320, height: 800 }],
  ['dark-narrow', { width: 400, height: 800, dark: true }],
] as const)('looks right and is accessible: %s', async (name, options) => {
  const console = await Console.open(browser, url, options);
  await (await console.row('web')).waitFor();
  const dark = await (await console.frame()).evaluate(() =>
    document.documentElement.classList.contains('pf-v6-theme-dark'),
  );
  expect(dark).toBe('dark' in options);
  await fits(console);
  expect(await shortened(console)).toEqual([]);
  expect(await console.violations()).toEqual([]);
  await console.picture(`list-${name}`, inDocs.has(name) ? `list-${name}` : undefined);
  for (const vm of ['archive of the year before last', 'web']) {
    await (await console.row(vm)).getByRole('button').click();
    expect(await (await console.frame()).getByRole('menuitem').count()).toBe(8);
    await expect.poll(() => cutOff(console)).toEqual([]);
    await fits(console);
    expect(await console.violations()).toEqual([]);
    await console.picture(`menu-${vm.slice(0, 7)}-${name}`);
    await console.page.keyboard.press('Escape');
    await (await console.frame()).getByRole('menu').waitFor({ state: 'detached' });
  }
  await console.link('web', ssh);
  expect(await console.checked()).toMatchObject({ ready: true });
  await (await console.frame()).getByRole('img', { name: 'Remaining memory over time' }).waitFor();
  await fits(console);
  expect(await shortened(console)).toEqual([]);
  expect(await console.violations()).toEqual([]);
  await console.picture(`ready-${name}`, inDocs.has(name) ? `dialog-ready-${name}` : undefined);
  await (await console.frame()).getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  const dialog = await console.link('database', ssh);
  await console.checked();
  const chart = dialog.getByRole('img', { name: 'Remaining memory over time' });
  await chart.waitFor();
  // Problems are expanded, and the verdict stays above them.
  const problem = dialog.locator('[data-verdict="block"]').first();
  await problem.scrollIntoViewIfNeeded();
  expect(await problem.isVisible()).toBe(true);
  await fits(console);
  await console.picture(`problem-${name}`, inDocs.has(name) ? `dialog-problem-${name}` : undefined);
  await chart.scrollIntoViewIfNeeded();
  await fits(console);
  expect(await console.violations()).toEqual([]);
  await console.picture(`findings-${name}`);
  // Its disk is local to this host.
  await dialog.getByRole('button', { name: 'Copy vda' }).click();
  await dialog.getByText(/Disks copied to the destination: vda\./).waitFor();
  await console.checked();
  await dialog.getByRole('group', { name: 'Disks to copy' }).scrollIntoViewIfNeeded();
  await fits(console);
  expect(await console.violations()).toEqual([]);
  await console.picture(`options-${name}`);
  await console.close();
});

/** Words that only this language has, in texts that every page shows. */
const english = /\b(the|and|this host|destination of|Passed|Migrate|Cancel|checks?|running)\b/i;

it.each([
  ['French', 'fr-fr', 'Vérifier', 'Annuler'],
  ['German', 'de-de', 'Prüfen', 'Abbrechen'],
  ['Spanish', 'es-es', 'Comprobar', 'Cancelar'],
] as const)('speaks %s, wholly', async (name, language, check, cancel) => {
  const console = await Console.open(browser, url, { language, dark: true });
  const frame = await console.frame();
  expect((await frame.evaluate(() => document.documentElement.lang)).slice(0, 2)).toBe(language.slice(0, 2));
  await frame.locator('tr[data-vm="web"]').waitFor();
  await console.picture(`list-${name}`);
  // The name of a VM stays as it is.
  const words = async (): Promise<string> =>
    (await frame.evaluate(() => document.body.innerText)).replaceAll('archive of the year before last', '');
  expect(english.exec(await words())).toBeNull();
  await console.go(`#/vm/web/migrate?uri=${encodeURIComponent(ssh)}`);
  const dialog = frame.getByRole('dialog');
  await dialog.getByRole('button', { name: check, exact: true }).click();
  await dialog.locator('[data-ready="true"]').waitFor();
  expect(english.exec(await words())).toBeNull();
  expect(await clipped(console)).toEqual([]);
  await console.picture(`findings-${name}`, `dialog-ready-${name.toLowerCase()}`);
  expect(await console.violations()).toEqual([]);
  await dialog.getByRole('button', { name: cancel, exact: true }).click();
  await console.go(`#/vm/database/migrate?uri=${encodeURIComponent(ssh)}&copy-disks=vda`);
  await dialog.getByRole('button', { name: check, exact: true }).click();
  await dialog.locator('[data-ready="true"]').waitFor();
  expect(english.exec(await words())).toBeNull();
  await console.picture(`options-${name}`);
  await console.close();
});

const languages = [
  ['English', 'en-us', 'Check'],
  ['French', 'fr-fr', 'Vérifier'],
  ['German', 'de-de', 'Prüfen'],
  ['Spanish', 'es-es', 'Comprobar'],
] as const;
const narrow = [
  ['phone', { width: 420, height: 900 }],
  ['medium', { width: 1024, height: 800, dark: true }],
] as const;

/** At 1024 px, `make check` expands only German, which has the longest words; `make check-all` expands every language. */
const unfolded = languages
  .flatMap((language) => narrow.map((size) => [...language, ...size] as const))
  .filter(
    ([name, , , screen]) => screen === 'phone' || name === 'German' || process.env['CKM_CATALOGUE'] === 'all',
  );

it.each(unfolded)(
  'cuts nothing off in %s (%s, %s, %s), with all that the dialog has unfolded',
  async (name, language, check, screen, size) => {
    const console = await Console.open(browser, url, { language, ...size });
    const frame = await console.frame();
    await frame.locator('tr[data-vm="database"]').waitFor();
    await console.go(`#/vm/database/migrate?uri=${encodeURIComponent(ssh)}`);
    const dialog = frame.getByRole('dialog');
    await dialog.getByRole('button', { name: check, exact: true }).click();
    await dialog.locator('[data-check="shared-storage"][data-verdict="block"]').waitFor();
    await dialog.locator('[data-forecast]').waitFor();
    const folded = dialog.locator('[aria-expanded="false"]').filter({ visible: true });
    // An expanded group shows rows that can be expanded.
    for (let clicks = 0; (await folded.count()) > 0; clicks += 1) {
      expect(clicks).toBeLessThan(200);
      await folded.first().click();
    }
    await fits(console);
    expect(await clipped(console)).toEqual([]);
    await console.picture(`unfolded-${name}-${screen}`);
    await console.close();
  },
);

it('can be used with the keyboard alone, from the list to the verified end', async () => {
  const console = await Console.open(browser, url);
  const { keyboard } = console.page;
  const frame = await console.frame();
  await frame.locator('tr[data-vm="web"]').waitFor();
  /** The focused element, as a screen reader names it. */
  const focused = (): Promise<string> =>
    frame.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
  const tabTo = async (name: string): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      if ((await focused()).trim() === name) return;
      await keyboard.press('Tab');
    }
    throw new Error(`The Tab key does not come to ${name}`);
  };
  await frame.locator('h1').focus();
  await tabTo('Actions for web');
  await keyboard.press('Enter');
  await frame.getByRole('menu').waitFor();
  for (let presses = 0; presses < 12 && (await focused()) !== 'Migrate'; presses += 1)
    await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  const dialog = frame.getByRole('dialog', { name: 'Migrate VM to another host' });
  await dialog.waitFor();
  // The destination field already has the focus.
  await expect
    .poll(() => frame.evaluate(() => document.activeElement?.getAttribute('placeholder') ?? ''))
    .toBe('qemu+ssh://beta/system');
  await keyboard.type(ssh);
  await console.checked();
  await tabTo('Migrate');
  await keyboard.press('Enter');
  expect(await console.phase('web', ['done', 'failed', 'cancelled'])).toBe('done');
  await tabTo('Close');
  await keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  expect(await beta.virsh('domstate', web.uuid)).toBe('running');
  await console.close();
});
