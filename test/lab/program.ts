// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigratedReport } from '../../src/engine/migration/report.ts';
import type { LabHost } from './lab.ts';

const built = join(import.meta.dirname, '../../dist-cli/cockpit-migrate');
const installed = '/run/cockpit-migrate.cjs';

/** The command line as `npm run build` made it, on a light host, which has the Node of this computer. */
export class Program {
  readonly #host: LabHost;

  private constructor(host: LabHost) {
    this.#host = host;
  }

  static async install(host: LabHost): Promise<Program> {
    await host.exec(['sh', '-c', 'cat >"$1"', 'sh', installed], { input: readFileSync(built, 'utf8') });
    return new Program(host);
  }

  /** Checks and migrates. */
  async migrate(...argv: readonly string[]): Promise<MigratedReport> {
    const program = [process.execPath, installed, 'migrate', ...argv, '--json', '--quiet'];
    const { stdout, stderr } = await this.#host.exec(program, { check: false });
    if (stdout === '') throw new Error(`No report: ${stderr}`);
    return JSON.parse(stdout) as MigratedReport;
  }
}
