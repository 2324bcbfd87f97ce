// SPDX-License-Identifier: LGPL-2.1-or-later

import { readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import type { Lab } from '../lab/lab.ts';

/** Pictures of what a person sees. */
export const pictures = join(import.meta.dirname, 'output');

/** Those of them that the README and docs/ show. */
const documentation = join(import.meta.dirname, '../../docs/screenshots');

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts a browser that sees the network of a lab and nothing else; other labs that come and go would end its loading of pages. */
export async function startBrowser(lab: Lab): Promise<Browser> {
  await mkdir(pictures, { recursive: true });
  return chromium.launch({
    executablePath: join(import.meta.dirname, '../lab/chromium'),
    // With the lab's name `down` finds it, however the test ended.
    env: { ...process.env, CKM_BROWSER_NETWORK: String(lab.browser), COCKPIT_MIGRATE_LAB: lab.name },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
}

export interface ConsoleOptions {
  /** root unless given; the lab's others are admin (may administer) and guest (may not). */
  readonly user?: string;
  /** Of the page, such as `#/vm/web/migrate?uri=...`. */
  readonly hash?: string;
  readonly dark?: boolean;
  /** As Cockpit writes it: `fr-fr`. */
  readonly language?: string;
  readonly width?: number;
  readonly height?: number;
  /** True: before the answer, "Limited access" is turned into administrative access by the user's password. */
  readonly administrative?: boolean;
}

/** The page in a real console of a host, signed in as a real user by its password. */
export class Console {
  readonly page: Page;
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
  }

  /** Opens the page of the console at a URL, in a browser profile of its own. */
  static async open(browser: Browser, url: string, options: ConsoleOptions = {}): Promise<Console> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? 1000 },
      colorScheme: options.dark === true ? 'dark' : 'light',
      reducedMotion: 'reduce',
      // A host that has booted makes its console a certificate of its own.
      ignoreHTTPSErrors: true,
    });
    if (options.language !== undefined)
      await context.addCookies([{ name: 'CockpitLang', value: options.language, url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    await page.goto(`${url}/migrate${options.hash ?? ''}`);
    await page.fill('#login-user-input', options.user ?? 'root');
    await page.fill('#login-password-input', 'lab');
    await page.click('#login-button');
    const console = new Console(page, url);
    await (await console.frame()).waitForSelector('h1');
    if (options.administrative === true) await console.becomeAdministrator();
    return console;
  }

  /** Does what the button "Limited access" asks for; the page is loaded anew then. */
  async becomeAdministrator(): Promise<void> {
    // A button, but a link in Cockpit 287 once it is given; the one for narrow screens is there too, unseen.
    const access = (name: string): Locator =>
      this.page.getByText(name, { exact: true }).filter({ visible: true });
    const before = await this.frame();
    await access('Limited access').click();
    await this.page.getByLabel(/^Password for /).fill('lab');
    await this.page.getByRole('button', { name: 'Authenticate', exact: true }).click();
    await access('Administrative access').waitFor();
    await before.getByRole('note', { name: /look, but not change/ }).waitFor({ state: 'detached' });
    await (await this.frame()).waitForSelector('h1');
  }

  /** What the console says when its connection to the host has ended; undefined while it is there. */
  async disconnected(): Promise<string | undefined> {
    const curtain = this.page.locator('.curtains-ct').filter({ visible: true });
    return (await curtain.count()) === 0 ? undefined : ((await curtain.first().textContent()) ?? '');
  }

  /** The frame in which Cockpit shows the page; another one after the page was loaded anew. */
  async frame(): Promise<Frame> {
    const element = await this.page.waitForSelector('iframe[name="cockpit1:localhost/migrate"]', {
      state: 'attached',
    });
    const frame = await element.contentFrame();
    if (frame === null) throw new Error('the page has no frame');
    return frame;
  }

  /** Follows a link to a place in the page, as from a bookmark. */
  async go(hash: string): Promise<void> {
    await this.page.goto(`${this.#url}/migrate${hash}`);
  }

  /** Opens the dialog by its link, and has it check what the link filled in. The console's address follows the page a moment later; the same one again is no news. */
  async link(
    vm: string,
    uri: string,
    temporary = false,
    copyDisks: readonly string[] = [],
  ): Promise<Locator> {
    await this.page.waitForFunction(() => !window.location.href.includes('/migrate?'));
    const query = new URLSearchParams({
      uri,
      ...(temporary ? { temporary: 'true' } : {}),
      ...(copyDisks.length === 0 ? {} : { 'copy-disks': copyDisks.join(',') }),
    });
    await this.go(`#/vm/${encodeURIComponent(vm)}/migrate?${query.toString()}`);
    const dialog = await this.#dialog();
    await dialog.getByText(vm, { exact: true }).first().waitFor();
    const check = dialog.getByRole('button', { name: 'Check', exact: true });
    // A destination that cannot be used, or has parameters to confirm, cannot be checked.
    if (await check.isEnabled()) await check.click();
    return dialog;
  }

  async #dialog(): Promise<Locator> {
    const dialog = (await this.frame()).getByRole('dialog', { name: 'Migrate VM to another host' });
    await dialog.waitFor();
    return dialog;
  }

  async row(vm: string): Promise<Locator> {
    return (await this.frame()).locator(`tr[data-vm="${escapeCss(vm)}"]`);
  }

  /** Chooses from a VM's menu. */
  async choose(vm: string, item: string): Promise<void> {
    const frame = await this.frame();
    await frame.getByRole('button', { name: `Actions for ${vm}`, exact: true }).click();
    await frame.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** Opens the dialog as a person does: kebab, Migrate, destination; before that the measuring period of the dirty rate, if given. */
  async dialog(
    vm: string,
    uri: string,
    { temporary = false, seconds }: { readonly temporary?: boolean; readonly seconds?: number } = {},
  ): Promise<Locator> {
    await this.choose(vm, 'Migrate');
    const dialog = await this.#dialog();
    if (seconds !== undefined) {
      await dialog.getByRole('button', { name: 'More options' }).click();
      await dialog
        .getByRole('spinbutton', { name: 'Measuring period of the dirty rate, in seconds' })
        .fill(String(seconds));
    }
    await dialog.getByRole('textbox', { name: 'Destination URI' }).fill(uri);
    if (temporary) await dialog.getByRole('checkbox', { name: 'Temporary migration' }).check();
    return dialog;
  }

  /** The finding of a check once it has a verdict. */
  async finding(check: string): Promise<{ readonly verdict: string; readonly text: string }> {
    const finding = (await this.frame()).locator(`[data-check="${check}"][data-verdict]`);
    await finding.waitFor({ state: 'attached' });
    return {
      verdict: (await finding.getAttribute('data-verdict')) ?? '',
      text: ((await finding.textContent()) ?? '').replace(/\s+/g, ' '),
    };
  }

  /** Waits for the end of the checks; the answer is whether Migrate can be pressed, and what is said beside it. */
  async checked(): Promise<{ readonly ready: boolean; readonly text: string }> {
    const dialog = await this.#dialog();
    await dialog.locator('[aria-label="Findings"][aria-busy="true"]').waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Check again' }).and(dialog.locator(':enabled')).waitFor();
    return {
      ready: await dialog.getByRole('button', { name: 'Migrate', exact: true }).isEnabled(),
      text: (await dialog.locator('[data-ready]').textContent()) ?? '',
    };
  }

  /** Presses Migrate as soon as the preflight lets it. */
  async start(): Promise<void> {
    const { ready, text } = await this.checked();
    if (!ready) throw new Error(`Migrate cannot be pressed: ${text}`);
    const dialog = await this.#dialog();
    await dialog.getByRole('button', { name: 'Migrate', exact: true }).click();
  }

  /** Starts the migration, and waits for its end. */
  async migrate(vm: string): Promise<string> {
    await this.start();
    return this.phase(vm, ['done', 'failed', 'cancelled']);
  }

  /** Waits until a migration is in one of the phases. */
  async phase(vm: string, phases: readonly string[]): Promise<string> {
    const found = await (await this.frame()).waitForSelector(
      phases.map((phase) => `[data-migration="${escapeCss(vm)}"][data-phase="${phase}"]`).join(', '),
      { state: 'attached', timeout: 120_000 },
    );
    return (await found.getAttribute('data-phase')) ?? '';
  }

  /** What axe has against the page as it is now, and where. */
  async violations(): Promise<readonly string[]> {
    const frame = await this.frame();
    await frame.evaluate(axe);
    return frame.evaluate(async () => {
      interface Axe {
        run(
          context: Document,
          options: { readonly resultTypes: readonly string[] },
        ): Promise<{ violations: readonly { id: string; nodes: readonly { html: string }[] }[] }>;
      }
      const { axe } = window as unknown as { readonly axe: Axe };
      const { violations } = await axe.run(document, { resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
  }

  /** A picture of what is seen now; with CKM_DOCS=1, one for the documentation too, if it has a name there. */
  async picture(name: string, inDocs?: string): Promise<void> {
    const path = join(pictures, `${name}.png`);
    await this.page.screenshot({ path });
    if (inDocs === undefined || process.env['CKM_DOCS'] !== '1') return;
    await mkdir(documentation, { recursive: true });
    await copyFile(path, join(documentation, `${inDocs}.png`));
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

function escapeCss(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
