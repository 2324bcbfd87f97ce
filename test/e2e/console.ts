// SPDX-License-Identifier: LGPL-2.1-or-later
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Frame, type Page } from 'playwright-core';
import type { LabHost } from '../lab/lab.ts';

/** Pictures of what a person sees; the README's is one of them. */
export const pictures = join(import.meta.dirname, 'output');

export async function startBrowser(): Promise<Browser> {
  await mkdir(pictures, { recursive: true });
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
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

/** The page in a real console of a host, signed in as a real user by its password. */
export class Console {
  readonly page: Page;
  /** The frame in which Cockpit shows the page. */
  readonly frame: Frame;

  private constructor(page: Page, frame: Frame) {
    this.page = page;
    this.frame = frame;
  }

  static async open(browser: Browser, host: LabHost, url: string, hash = ''): Promise<Console> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${url}/migrate${hash}`);
    await page.fill('#login-user-input', 'root');
    await page.fill('#login-password-input', 'lab');
    await page.click('#login-button');
    const element = await page.waitForSelector('iframe[name="cockpit1:localhost/migrate"]', {
      state: 'attached',
    });
    const frame = await element.contentFrame();
    if (frame === null) throw new Error(`${host.name}: the page has no frame`);
    await frame.waitForSelector('[data-vm]');
    return new Console(page, frame);
  }

  /** Opens the dialog as a person does: kebab, Migrate, destination. */
  async dialog(vm: string, uri: string, temporary = false): Promise<void> {
    await this.frame.getByRole('button', { name: `Actions for ${vm}`, exact: true }).click();
    await this.frame.getByRole('menuitem', { name: 'Migrate', exact: true }).click();
    const dialog = this.frame.getByRole('dialog', { name: 'Migrate VM to another host' });
    await dialog.waitFor();
    await dialog.getByRole('textbox', { name: 'Destination URI' }).fill(uri);
    if (temporary) await dialog.getByRole('checkbox', { name: 'Temporary migration' }).check();
  }

  /** The verdict of a check once it has one. */
  async verdict(check: string): Promise<string> {
    const finding = this.frame.locator(`[data-check="${check}"][data-verdict]`);
    await finding.waitFor({ state: 'attached' });
    return (await finding.getAttribute('data-verdict')) ?? '';
  }

  /** Waits until the preflight lets the migration be started, starts it, and waits for its end. */
  async migrate(vm: string): Promise<string> {
    const dialog = this.frame.getByRole('dialog', { name: 'Migrate VM to another host' });
    const button = dialog.getByRole('button', { name: 'Migrate', exact: true });
    await this.frame.waitForFunction(() => {
      const found = [...document.querySelectorAll('button')].find(
        (each) => each.textContent.trim() === 'Migrate',
      );
      return found !== undefined && !found.disabled && found.getAttribute('aria-disabled') !== 'true';
    });
    await button.click();
    return this.phase(vm, ['done', 'failed', 'cancelled']);
  }

  /** Waits until a migration is in one of the phases. */
  async phase(vm: string, phases: readonly string[]): Promise<string> {
    const name = vm.replace(/["\\]/g, '\\$&');
    const found = await this.frame.waitForSelector(
      phases.map((phase) => `[data-migration="${name}"][data-phase="${phase}"]`).join(', '),
      { state: 'attached', timeout: 120_000 },
    );
    return (await found.getAttribute('data-phase')) ?? '';
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
