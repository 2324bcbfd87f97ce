// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser, Frame } from 'playwright-core';
import { startBrowser } from '../e2e/console.ts';
import { Lab, type LabHost } from '../lab/lab.ts';
import { table } from './figures.ts';
import {
  benchHosts,
  define,
  frameName,
  frameOf,
  type Measured,
  machines,
  ours,
  type Subject,
  watch,
} from './list.ts';

const limits = { list: 300_000, everything: 500_000 } as const;

interface Figures {
  readonly host: string;
  readonly subject: string;
  readonly language: string;
  /** Bytes sent until the first row was painted: the page's own files, and all files of its frame. */
  readonly list: number;
  readonly listWithConsole: number;
  /** The same at the end; for this page with its dialog and chart. */
  readonly everything: number;
  readonly everythingWithConsole: number;
}

/** How many bytes the page loads until its list shows, and with everything. */
export async function benchWire(): Promise<readonly Figures[]> {
  console.log(`
== Bytes on the wire
Method: headless Chromium with an empty cache signs in to the console of a host and opens the page; the browser's own resource timing
says how many bytes each file took, with its head. "List" is what was asked for before the first row was painted. "Everything" is all,
for this page with the dialog and its chart. In brackets with what the page loads of the console: cockpit.js, fonts.`);
  const all: Figures[] = [];
  for (const name of benchHosts) {
    const lab = await Lab.start({ hosts: [name, 'beta'], shared: false });
    try {
      const browser = await startBrowser(lab);
      try {
        all.push(...(await measureHost(browser, lab.host(name.split(':')[0] ?? name))));
      } finally {
        await browser.close();
      }
    } finally {
      await lab.down();
    }
  }
  const both = (own: number, whole: number): string => `${own} (${whole})`;
  console.log(
    table(
      ['host', 'page', 'language', 'list', 'everything'],
      all.map((each) => [
        each.host,
        each.subject,
        each.language,
        both(each.list, each.listWithConsole),
        both(each.everything, each.everythingWithConsole),
      ]),
    ),
  );
  for (const { host, subject, language, list, everything } of all) {
    if (subject !== ours.name) continue;
    const met = list <= limits.list && everything <= limits.everything;
    console.log(
      `${met ? 'met' : 'MISSED'}: ${host}, ${language}: ${list} and ${everything} bytes (at most ${limits.list} and ${limits.everything})`,
    );
  }
  return all;
}

async function measureHost(browser: Browser, host: LabHost): Promise<readonly Figures[]> {
  const url = await host.console();
  await define(host, 0, 10);
  await host.virsh('start', 'vm-0000');
  const { exitCode } = await host.exec(['test', '-d', '/usr/share/cockpit/machines'], { check: false });
  const all: Figures[] = [];
  for (const language of ['en-us', 'fr-fr'])
    for (const subject of exitCode === 0 ? [ours, machines] : [ours])
      all.push({ host: host.name, ...(await measure(browser, url, subject, language)) });
  return all;
}

/** Bytes that a frame has loaded so far: of the files of a directory, and of all files. */
function loaded(
  frame: Frame,
  directory: string,
  until: number,
): Promise<readonly [own: number, all: number]> {
  return frame.evaluate(
    ([own, end]) => {
      const entries = [
        ...performance.getEntriesByType('navigation'),
        ...performance.getEntriesByType('resource'),
      ] as PerformanceResourceTiming[];
      const asked = entries.filter(({ startTime }) => startTime <= end);
      const sum = (some: readonly PerformanceResourceTiming[]): number =>
        some.reduce((bytes, { transferSize }) => bytes + transferSize, 0);
      return [sum(asked.filter(({ name }) => name.includes(own))), sum(asked)] as const;
    },
    [`/${directory}/`, until] as const,
  );
}

async function measure(
  browser: Browser,
  url: string,
  subject: Subject,
  language: string,
): Promise<Omit<Figures, 'host'>> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 1000 },
    ignoreHTTPSErrors: true,
  });
  try {
    await context.addCookies([{ name: 'CockpitLang', value: language, url }]);
    await context.addInitScript(watch, [frameName(subject), subject.row] as [string, string]);
    await context.addInitScript(() => {
      window.localStorage.setItem('virtualization-disabled-ignored', 'true');
    });
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    await page.goto(`${url}/${subject.directory}`);
    await page.fill('#login-user-input', 'root');
    await page.fill('#login-password-input', 'lab');
    await page.click('#login-button');
    await page.waitForFunction(
      () => (window as Window & { measured?: Measured }).measured?.first !== undefined,
    );
    const first = await page.evaluate(
      () => (window as Window & { measured?: Measured }).measured?.first ?? Number.NaN,
    );
    const frame = await frameOf(page, subject);
    const [list, listWithConsole] = await loaded(frame, subject.directory, first);
    if (subject === ours) {
      await frame.evaluate(() => {
        window.location.hash = '#/vm/vm-0000/migrate';
      });
      const destination = 'qemu+ssh://beta/system';
      await frame.getByPlaceholder(destination).fill(destination);
      await frame.locator('.migrate-chart-plot svg[role="img"]').waitFor();
    }
    // Waits a while for outstanding files. The console always keeps a connection open.
    await page.waitForTimeout(2000);
    const [everything, everythingWithConsole] = await loaded(frame, subject.directory, Number.MAX_VALUE);
    return { subject: subject.name, language, list, listWithConsole, everything, everythingWithConsole };
  } finally {
    await context.close();
  }
}
