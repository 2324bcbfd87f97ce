// SPDX-License-Identifier: LGPL-2.1-or-later
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');

/** The command line as it is delivered. */
export interface BuiltProgram {
  /** Holds the program and nothing else, and there is no node_modules above it. */
  readonly directory: string;
  /** An argument list that starts the program in its directory, with an ordinary PATH. */
  readonly argv: (...argv: readonly string[]) => readonly string[];
  readonly remove: () => void;
}

/** Builds the command line into a directory of its own. */
export async function buildProgram(): Promise<BuiltProgram> {
  const directory = mkdtempSync(join(tmpdir(), 'cockpit-migrate-program-'));
  const built = mkdtempSync(join(tmpdir(), 'cockpit-migrate-build-'));
  try {
    await build({
      root,
      configFile: join(root, 'vite.cli.config.ts'),
      logLevel: 'error',
      build: { outDir: built, emptyOutDir: true },
    });
    copyFileSync(join(built, 'cockpit-migrate'), join(directory, 'cockpit-migrate'));
  } finally {
    rmSync(built, { recursive: true });
  }
  return {
    directory,
    argv: (...argv) => [
      ...['env', '-C', directory, 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
      ...[process.execPath, './cockpit-migrate', ...argv],
    ],
    remove: () => {
      rmSync(directory, { recursive: true });
    },
  };
}
