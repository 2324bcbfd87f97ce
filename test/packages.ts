// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { version } from '../package.json';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');

/** The results of `make deb` or `make rpm`. */
export interface Packages {
  readonly page: string;
  readonly cli: string;
  /** All files, including those that the packages were built from. */
  readonly all: readonly string[];
}

/** Makes the archive of `make dist` from a checkout, whose dist/ and dist-cli/ are built. */
export async function makeArchive(
  directory: string,
  checkout = root,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const argv = [directory];
  const { stdout } = await run(join(checkout, 'tools/make-archive'), argv, {
    env: { ...process.env, ...env },
  });
  return stdout.trim();
}

/** Makes packages as on a computer without network and Node. */
export async function makePackages(
  kind: 'deb' | 'rpm',
  archive: string,
  directory: string,
): Promise<Packages> {
  const forbidden = join(directory, 'without-node');
  mkdirSync(forbidden, { recursive: true });
  for (const program of ['node', 'npm', 'npx']) {
    writeFileSync(join(forbidden, program), '#!/bin/sh\necho "no Node here" >&2\nexit 127\n');
    chmodSync(join(forbidden, program), 0o755);
  }
  const argv = ['--net', '--', join(root, 'tools/make-packages'), kind, archive, directory];
  const { stdout } = await run('unshare', argv, {
    env: { ...process.env, PATH: `${forbidden}:${process.env['PATH'] ?? ''}` },
  });
  const all = stdout.trim().split('\n');
  const named = (pattern: RegExp): string => {
    const found = all.find((file) => pattern.test(file));
    if (found === undefined) throw new Error(`No ${String(pattern)} among ${stdout}`);
    return found;
  };
  const end = kind === 'deb' ? `_${version}-1_all\\.deb$` : `-${version}-1\\.[^/]*noarch\\.rpm$`;
  return {
    page: named(new RegExp(`/cockpit-migrate${end}`)),
    cli: named(new RegExp(`/cockpit-migrate-cli${end}`)),
    all,
  };
}

/** Makes a temporary directory with the Debian packages. As `page` of a lab, they are installed. */
export async function withDebs<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'cockpit-migrate-debs-'));
  try {
    const { page, cli } = await makePackages('deb', await makeArchive(scratch), scratch);
    const directory = join(scratch, 'debs');
    mkdirSync(directory);
    for (const deb of [page, cli]) copyFileSync(deb, join(directory, basename(deb)));
    return await use(directory);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
