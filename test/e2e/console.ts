// SPDX-License-Identifier: LGPL-2.1-or-later

import { readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import type { Lab } from '../lab/lab.ts';

/** Screenshots. */
export const pictures = join(import.meta.dirname, 'output');

/** The screenshots that the README and docs/ show. */
const documentation = join(import.meta.dirname, '../../docs/screenshots');

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts a browser that sees only the network of a lab. Changes of other labs' networks would interrupt its page loads. */
export async function startBrowser(lab: Lab): Promise<Browser> {
  await mkdir(pictures, { recursive: true });
  return chromium.launch({
    executablePath: join(import.meta.dirname, '../lab/chromium'),
    // `down` finds it by the lab's name, however the test ended.
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
  /** Default: root. Other users of the lab are admin (can get administrative access) and guest (cannot). */
  readonly user?: string;
  /** The page's location, such as `#/vm/web/migrate?uri=...`. */
  readonly hash?: string;
  readonly dark?: boolean;
  /** In Cockpit's form: `fr-fr`. */
  readonly language?: string;
  readonly width?: number;
  readonly height?: number;
  /** True: first turns "Limited access" into administrative access with the user's password. */
  readonly administrative?: boolean;
}

/** The page in the real console of a host, with a real user who signed in with a password. */
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
      // A booted host creates a certificate for its console.
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

  /** Uses the button "Limited access" to get administrative access. Then the page reloads. */
  async becomeAdministrator(): Promise<void> {
    // A button, but a link in Cockpit 287 with administrative access. The one for narrow screens is also there, hidden.
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

  /** The console's message after it lost its connection to the host; undefined while connected. */
  async disconnected(): Promise<string | undefined> {
    const curtain = this.page.locator('.curtains-ct').filter({ visible: true });
    return (await curtain.count()) === 0 ? undefined : ((await curtain.first().textContent()) ?? '');
  }

  /** The frame of the page in Cockpit. It changes when the page reloads. */
  async frame(): Promise<Frame> {
    const element = await this.page.waitForSelector('iframe[name="cockpit1:localhost/migrate"]', {
      state: 'attached',
    });
    const frame = await element.contentFrame();
    if (frame === null) throw new Error('the page has no frame');
    return frame;
  }

  /** Opens a location in the page, as from a bookmark. */
  async go(hash: string): Promise<void> {
    await this.page.goto(`${this.#url}/migrate${hash}`);
  }

  /** Loads the console anew in another language, as Cockpit writes it (`fr-fr`), and with another style. */
  async speak(language: string, { dark }: { readonly dark: boolean }): Promise<void> {
    await this.page.context().addCookies([{ name: 'CockpitLang', value: language, url: this.#url }]);
    await this.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await this.page.reload();
    await (await this.frame()).waitForSelector('h1');
  }

  /** Closes the dialog of a migration that has ended. */
  async closeResult(): Promise<void> {
    const dialog = await this.#dialog();
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await dialog.waitFor({ state: 'detached' });
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

  /** Chooses an item of a VM's menu. */
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

  /** Waits for the end of the checks. Resolves to whether Migrate is enabled, and the text beside it. */
  async checked(): Promise<{ readonly ready: boolean; readonly text: string }> {
    const dialog = await this.#dialog();
    await dialog.locator('[aria-label="Findings"][aria-busy="true"]').waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Check again' }).and(dialog.locator(':enabled')).waitFor();
    return {
      ready: await dialog.getByRole('button', { name: 'Migrate', exact: true }).isEnabled(),
      text: (await dialog.locator('[data-ready]').textContent()) ?? '',
    };
  }

  /** Presses Migrate as soon as the preflight allows it. */
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

  /** axe's violations in the present page, with their places. */
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

  /** A screenshot; with CKM_DOCS=1, also one for the documentation, if it is used there. */
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
