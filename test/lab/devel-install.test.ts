// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

it('make devel-install gives the page of the checkout to its developer’s own Cockpit, and devel-uninstall takes it away', async () => {
  const home = mkdtempSync(join(tmpdir(), 'cockpit-migrate-home-'));
  const { XDG_DATA_HOME: _of, ...environment } = process.env;
  /** What is built is not built again. */
  const make = async (target: string): Promise<void> => {
    const built = ['dist/manifest.json', 'dist-cli/cockpit-migrate'].flatMap((file) => ['-o', file]);
    await run('make', [...built, target, `HOME=${home}`], { cwd: root });
  };
  const packages = async (): Promise<string> =>
    (await run('cockpit-bridge', ['--packages'], { env: { ...environment, HOME: home } })).stdout;
  const page = new RegExp(`^migrate .* ${home}/\\.local/share/cockpit/migrate$`, 'm');
  try {
    expect(await packages()).not.toMatch(page);
    await make('devel-install');
    expect(await packages()).toMatch(page);
    await make('devel-uninstall');
    expect(await packages()).not.toMatch(page);
  } finally {
    rmSync(home, { recursive: true });
  }
});
