// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser, Frame, Page } from 'playwright-core';
import { startBrowser } from '../e2e/console.ts';
import { Lab, type LabHost } from '../lab/lab.ts';
import { milliseconds, quantile, table, target } from './figures.ts';

const sizes = [10, 100, 1000, 5000];
/** This computer's programs in a light host, and a host that has booted, with the Python bridge; others by CKM_BENCH_HOSTS=alpha. */
export const benchHosts = (process.env['CKM_BENCH_HOSTS'] ?? 'alpha,debian14:14').split(',');
const rounds = 5;
const word = 'vm-0007';
/** The time limit for the other page, in milliseconds. */
const patience = 90_000;

/** A page of the console that lists VMs. */
export interface Subject {
  readonly name: string;
  /** Its directory, which is also its path in the console's address. */
  readonly directory: string;
  /** CSS selector of a VM's row. */
  readonly row: string;
  /** CSS selector of the search field. */
  readonly filter: string;
}

export const ours: Subject = {
  name: 'this page',
  directory: 'migrate',
  row: 'tr[data-vm]',
  filter: 'input[aria-label="Filter by name"]',
};
export const machines: Subject = {
  name: 'cockpit-machines',
  directory: 'machines',
  row: '#virtual-machines-listing tr:has([id$="-name"])',
  filter: '#text-search',
};

interface Figures {
  readonly subject: string;
  readonly host: string;
  readonly vms: number;
  /** From the load event of the page's frame until the first row is painted; one for each round. Milliseconds. */
  readonly firstRow: readonly number[];
  /** From the start of the frame's navigation until the first row is painted. Milliseconds. */
  readonly sinceNavigation: readonly number[];
  /** From a key press in the filter until the matches are painted, for each letter. Milliseconds. */
  readonly letters: readonly number[];
  /** D-Bus calls to libvirt until two seconds after the first row. */
  readonly calls: number;
  /** Rows at the end, out of all that are listed. */
  readonly rows: number;
  readonly trouble?: string;
}

/** How long the list takes to show and to filter, and how many calls it needs. */
export async function benchList(): Promise<unknown> {
  console.log(`
== List of VMs: time to the first screen and to the answer of the filter, D-Bus calls
Method: hosts of the lab with VMs defined and off: this computer's own programs, and Debian 14 with Cockpit's Python bridge; headless
Chromium signed in to the host's console; the page is opened ${rounds} times anew. First screen: the time between the load event of the page's frame and the paint after its first rows came.
Filter: "${word}" is typed letter by letter; for each the time from the key press to the paint after which all rows match.
Calls: method calls to libvirt in the console's web socket, until 2 s after the first row. Medians; worst in brackets.
cockpit-machines where it is installed, on the same host, one round, given up after ${patience / 1000} s.`);
  const all: Figures[] = [];
  for (const host of benchHosts) {
    const lab = await Lab.start({ hosts: [host], shared: false });
    try {
      all.push(...(await measureAll(lab, lab.host(host.split(':')[0] ?? host))));
    } finally {
      await lab.down();
    }
  }
  summary(all);
  return all;
}

async function measureAll(lab: Lab, host: LabHost): Promise<readonly Figures[]> {
  const url = await host.console();
  const browser = await startBrowser(lab);
  const peer =
    (await host.exec(['test', '-d', '/usr/share/cockpit/machines'], { check: false })).exitCode === 0;
  const all: Figures[] = [];
  let defined = 0;
  try {
    for (const vms of sizes) {
      await define(host, defined, vms);
      defined = vms;
      all.push(told({ ...(await measure(browser, url, ours, vms, rounds)), host: host.name }));
      if (peer) all.push(told({ ...(await measure(browser, url, machines, vms, 1)), host: host.name }));
    }
  } finally {
    await browser.close();
  }
  return all;
}

function summary(all: readonly Figures[]): void {
  console.log(
    table(
      ['host', 'page', 'VMs', 'first screen', 'since navigation', 'filter', 'calls', 'rows shown', ''],
      all.map((figures) => [
        figures.host,
        figures.subject,
        String(figures.vms),
        both(figures.firstRow),
        both(figures.sinceNavigation),
        both(figures.letters),
        String(figures.calls),
        String(figures.rows),
        figures.trouble ?? '',
      ]),
    ),
  );
  if (!all.some(({ subject }) => subject === machines.name))
    console.log('cockpit-machines is not installed here: nothing to compare with.');
  for (const host of new Set(all.map((figures) => figures.host))) {
    const here = all.filter((figures) => figures.host === host && figures.subject === ours.name);
    const thousand = here.find(({ vms }) => vms === 1000);
    console.log(
      target(`${host}: first screen with 1000 VMs, worst`, quantile(thousand?.firstRow ?? [], 1), 1000),
    );
    console.log(
      target(`${host}: filter with 1000 VMs, worst letter`, quantile(thousand?.letters ?? [], 1), 100),
    );
    const calls = here.map((figures) => figures.calls);
    // libvirt may send an event meanwhile, after which one VM is read again. A number of calls that grows with the VMs would be in
    // the hundreds.
    const grown = Math.max(...calls) - Math.min(...calls);
    console.log(
      `${grown <= 2 ? 'met' : 'MISSED'}: ${host}: the number of calls does not grow with the number of VMs: ${calls.join(', ')}`,
    );
  }
}

/** Shows what is being measured, because it takes minutes. */
function told(figures: Figures): Figures {
  console.log(`  ${figures.host}, ${figures.subject}, ${figures.vms} VMs: ${figures.trouble ?? 'measured'}`);
  return figures;
}

function both(times: readonly number[]): string {
  return `${milliseconds(quantile(times, 0.5))} (${milliseconds(quantile(times, 1))})`;
}

/** Defines VMs vm-0000, vm-0001, ... in one session of virsh. */
export async function define(host: LabHost, from: number, to: number): Promise<void> {
  const script = `set -e
directory=$(mktemp -d)
for number in $(seq ${from} ${to - 1}); do
  name=vm-$(printf %04d "$number")
  echo "<domain type='qemu'><name>$name</name><memory>65536</memory><vcpu>1</vcpu><os><type arch='x86_64'>hvm</type></os></domain>" >"$directory/$name"
  echo "define $directory/$name"
done | virsh -q >/dev/null
rm -r "$directory"`;
  await host.exec(['bash', '-c', script]);
}

/**
 * Watches a page's frame from the console's own page around it; put in before any of their code runs. (In the frame itself such
 * a script runs for the empty document that comes first, and not again.)
 */
export function watch([name, row]: [string, string]): void {
  if (window !== window.top) return;
  const measured: { first?: number; load?: number; letters: number[] } = { letters: [] };
  Object.assign(window, { measured });
  const painted = (then: () => void): void => {
    // The callback runs before the paint, a message that it posts after it.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(undefined);
    });
  };
  const rowsOf = (frame: HTMLIFrameElement | null): readonly Element[] => [
    ...(frame?.contentDocument?.querySelectorAll(row) ?? []),
  ];
  const typed = (frame: HTMLIFrameElement, event: Event): void => {
    const start = event.timeStamp;
    const text = (event.target as HTMLInputElement).value;
    const look = (): void => {
      const rows = rowsOf(frame);
      if (rows.length > 0 && rows.every((each) => each.textContent.includes(text)))
        measured.letters.push((frame.contentWindow?.performance.now() ?? Number.NaN) - start);
      else painted(look);
    };
    painted(look);
  };
  const look = (): void => {
    const frame = document.querySelector<HTMLIFrameElement>(`iframe[name="${name}"]`);
    if (frame === null || rowsOf(frame).length === 0) {
      requestAnimationFrame(look);
      return;
    }
    painted(() => {
      const { performance } = frame.contentWindow ?? window;
      const [navigation] = performance.getEntriesByType('navigation');
      measured.load = (navigation as PerformanceNavigationTiming | undefined)?.loadEventEnd ?? Number.NaN;
      measured.first = performance.now();
    });
    frame.contentDocument?.addEventListener(
      'input',
      (event) => {
        typed(frame, event);
      },
      true,
    );
  };
  requestAnimationFrame(look);
}

export interface Measured {
  readonly first?: number;
  readonly load?: number;
  readonly letters: readonly number[];
}

async function measure(
  browser: Browser,
  url: string,
  subject: Subject,
  vms: number,
  times: number,
): Promise<Omit<Figures, 'host'>> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 1000 },
    // A booted host creates a certificate for its console.
    ignoreHTTPSErrors: true,
  });
  const firstRow: number[] = [];
  const sinceNavigation: number[] = [];
  const letters: number[] = [];
  let calls = 0;
  let rows = 0;
  const figures = (trouble?: string): Omit<Figures, 'host'> => ({
    subject: subject.name,
    vms,
    firstRow,
    sinceNavigation,
    letters,
    calls,
    rows,
    ...(trouble === undefined ? {} : { trouble }),
  });
  try {
    await context.addInitScript(watch, [frameName(subject), subject.row] as [string, string]);
    // cockpit-machines asks once whether to show a host without KVM, such as the lab's.
    await context.addInitScript(() => {
      window.localStorage.setItem('virtualization-disabled-ignored', 'true');
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        // With options (a time limit, types) before the call, or without.
        if (/^[^\n]*\n\{.*"call":\[[^\]]*"org\.(libvirt|freedesktop\.DBus\.Properties)/.test(String(payload)))
          calls += 1;
      });
    });
    await page.goto(`${url}/system`);
    await page.fill('#login-user-input', 'root');
    await page.fill('#login-password-input', 'lab');
    await page.click('#login-button');
    await page.waitForSelector('iframe[name="cockpit1:localhost/system"]', { state: 'attached' });
    for (let round = 0; round < times; round += 1) {
      calls = 0;
      await page.goto(`${url}/${subject.directory}`);
      await page.waitForFunction(
        () => (window as Window & { measured?: Measured }).measured?.first !== undefined,
      );
      await page.waitForTimeout(2000);
      const { first = Number.NaN, load = Number.NaN } = await read(page);
      firstRow.push(Math.max(0, first - load));
      sinceNavigation.push(first);
    }
    const counted = calls;
    const frame = await frameOf(page, subject);
    const box = frame.locator(subject.filter).first();
    await box.click();
    for (const [index, letter] of word.split('').entries()) {
      await page.keyboard.type(letter);
      await page.waitForFunction(
        (many) => ((window as Window & { measured?: Measured }).measured?.letters.length ?? 0) >= many,
        index + 1,
      );
    }
    letters.push(...(await read(page)).letters);
    await box.fill('');
    rows = await frame.locator(subject.row).count();
    calls = counted;
    return figures();
  } catch (error) {
    return figures(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  } finally {
    await context.close();
  }
}

export function frameName({ directory }: Subject): string {
  return `cockpit1:localhost/${directory}`;
}

export async function frameOf(page: Page, subject: Subject): Promise<Frame> {
  const element = await page.waitForSelector(`iframe[name="${frameName(subject)}"]`, { state: 'attached' });
  const frame = await element.contentFrame();
  if (frame === null) throw new Error(`${subject.name} has no frame`);
  return frame;
}

async function read(page: Page): Promise<Measured> {
  return page.evaluate(() => (window as Window & { measured?: Measured }).measured ?? { letters: [] });
}
