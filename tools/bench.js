// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check
/**
 * `make bench`: measures speed on real hosts and in a real browser, prints tables with the method, and writes the figures as JSON
 * to .cache/bench/. A missed target is reported, but is not an error.
 *
 * Usage: node tools/bench.js [SECTION...]   (default: all of forecast, list, preflight, rehearsal, wire)
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runnerImport } from 'vite';

const root = join(import.meta.dirname, '..');

if (process.getuid?.() !== 0) {
  console.log('Namespaces and networks need root: starting again through sudo.');
  const { status } = spawnSync(
    'sudo',
    [
      'env',
      `PATH=${process.env['PATH'] ?? ''}`,
      process.execPath,
      import.meta.filename,
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  process.exit(status ?? 1);
}

/** @type {{ module: typeof import('../test/bench/main.ts') }} */
const { module } = await runnerImport(join(root, 'test/bench/main.ts'), { root, configFile: false });
process.exit(await module.bench(process.argv.slice(2)));
