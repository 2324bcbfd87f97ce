// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../package.json';
import { makeArchive, makePackages, type Packages } from './packages.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');

/** Vite would build the page for development if it knew that this is a test. */
const production = { ...process.env, NODE_ENV: 'production' };

let scratch: string;
let archives: readonly [string, string];
let debs: Packages;
let rpms: Packages;

/** A copy of the source in another folder, built there. */
async function elsewhere(directory: string): Promise<string> {
  const { stdout } = await run('git', ['ls-files', '-z'], { cwd: root });
  for (const file of stdout.split('\0').filter((name) => name !== ''))
    cpSync(join(root, file), join(directory, file));
  // A symbolic link would be visible, because the bundle names its modules.
  const script = 'mkdir node_modules && mount --bind "$1" node_modules && npm run --silent build';
  const argv = ['--mount', '--', 'sh', '-c', script, 'sh', join(root, 'node_modules')];
  await run('unshare', argv, { cwd: directory, env: production });
  return directory;
}

/** The archive of another checkout; git of this one knows its files. */
async function archiveOf(checkout: string): Promise<string> {
  const { stdout } = await run('git', ['rev-parse', '--absolute-git-dir'], { cwd: root });
  return makeArchive(join(scratch, 'second'), checkout, { GIT_DIR: stdout.trim(), GIT_WORK_TREE: checkout });
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'cockpit-migrate-packages-'));
  await run('npm', ['run', '--silent', 'build'], { cwd: root, env: production });
  const other = await elsewhere(join(scratch, 'elsewhere'));
  archives = [await makeArchive(join(scratch, 'first')), await archiveOf(other)];
  debs = await makePackages('deb', archives[0], join(scratch, 'first'));
  rpms = await makePackages('rpm', archives[0], join(scratch, 'first'));
  // About 30 s; five minutes on a busy machine.
}, 900_000);

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

function hashes(files: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    files.map((file) => [basename(file), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

async function lines(...argv: readonly string[]): Promise<readonly string[]> {
  const [program = '', ...rest] = argv;
  return (await run(program, rest)).stdout.trim().split('\n');
}

/** The installed files of the page: the built ones, without the notices, which are with the documents. */
const pageFiles = (): readonly string[] =>
  readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name !== 'notices.txt')
    .map((file) =>
      join(file.parentPath, file.name).replace(join(root, 'dist'), '/usr/share/cockpit/migrate'),
    );
const metainfo = '/usr/share/metainfo/org.cockpit_project.migrate.metainfo.xml';
const program = '/usr/bin/cockpit-migrate';

describe('two builds have the same bytes', () => {
  it('the archive, from another place', () => {
    expect(hashes([archives[1]])).toEqual(hashes([archives[0]]));
  });

  it('the packages', async () => {
    // A second later, so that a time of the build would show.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const others = [
      ...(await makePackages('deb', archives[1], join(scratch, 'second'))).all,
      ...(await makePackages('rpm', archives[1], join(scratch, 'second'))).all,
    ];
    expect(others).toHaveLength(7);
    expect(hashes(others)).toEqual(hashes([...debs.all, ...rpms.all]));
  });
});

describe('the packages of Debian', () => {
  async function filesOf(deb: string): Promise<readonly string[]> {
    const all = await lines('dpkg-deb', '--contents', deb);
    return all
      .filter((line) => !line.startsWith('d'))
      .map((line) => line.replace(/^.*? \.\//, '/'))
      .filter((file) => !file.startsWith('/usr/share/doc/'));
  }

  async function field(deb: string, name: string): Promise<string> {
    return (await lines('dpkg-deb', '--field', deb, name)).join(' ');
  }

  it('hold the page, and the command with its man page', async () => {
    expect([...(await filesOf(debs.page))].sort()).toEqual([...pageFiles(), metainfo].sort());
    expect([...(await filesOf(debs.cli))].sort()).toEqual(
      [program, '/usr/share/man/man1/cockpit-migrate.1.gz'].sort(),
    );
  });

  it('depend on what they run, and the page not on Node', async () => {
    const page = await field(debs.page, 'Depends');
    for (const each of ['cockpit-bridge', 'libvirt-dbus', 'libvirt-clients', 'openssh-client'])
      expect(page).toContain(each);
    expect(page).not.toContain('node');
    expect(await field(debs.cli, 'Depends')).toContain('nodejs (>= 18.3)');
    expect(await field(debs.cli, 'Depends')).not.toContain('cockpit');
    expect(await field(debs.page, 'Version')).toBe(`${version}-1`);
  });

  it('have no error for lintian', () => {
    const sources = debs.all.filter((file) => /\.(dsc|deb)$/.test(file));
    expect(sources).toHaveLength(3);
    const said = spawnSync('lintian', ['--fail-on', 'error', ...sources], { encoding: 'utf8' });
    expect(said.stdout.split('\n').filter((line) => line.startsWith('E:'))).toEqual([]);
    expect(said.status).toBe(0);
  });
});

describe('the packages of Fedora', () => {
  const query = (rpm: string, what: string): Promise<readonly string[]> =>
    lines('rpm', '--query', '--package', what, rpm);

  it('hold the page, and the command with its man page', async () => {
    const installed = async (rpm: string): Promise<readonly string[]> =>
      (await query(rpm, '--list')).filter((file) => !/^\/usr\/share\/(doc|licenses)\//.test(file));
    const folder = '/usr/share/cockpit/migrate';
    const history = '/var/lib/cockpit-migrate';
    expect([...(await installed(rpms.page))].sort()).toEqual(
      [...pageFiles(), folder, metainfo, history].sort(),
    );
    expect([...(await installed(rpms.cli))].sort()).toEqual([
      program,
      // Compressed by what builds it on Fedora.
      expect.stringMatching(/^\/usr\/share\/man\/man1\/cockpit-migrate\.1/),
      history,
    ]);
  });

  it('require what they run, and the page not Node', async () => {
    const page = (await query(rpms.page, '--requires')).join('\n');
    for (const each of ['cockpit-bridge', 'libvirt-dbus', 'libvirt-client', 'openssh-clients'])
      expect(page).toContain(each);
    expect(page).not.toContain('node');
    expect((await query(rpms.cli, '--requires')).join('\n')).toContain('nodejs(engine) >= 18.3');
    expect(await query(rpms.page, '--provides')).toContainEqual(
      expect.stringMatching(/^bundled\(npm\(react\)\) = \d/),
    );
    expect(await query(rpms.page, '--info')).toContainEqual(
      expect.stringMatching(new RegExp(`^Version +: ${version.replaceAll('.', '\\.')}$`)),
    );
  });

  it('have no error for rpmlint', () => {
    const argv = ['--config', join(root, 'packaging/rpmlint.toml'), rpms.page, rpms.cli];
    const said = spawnSync('rpmlint', argv, { encoding: 'utf8' });
    expect(said.stdout).toMatch(/2 packages and 0 specfiles checked; 0 errors/);
    expect(said.status).toBe(0);
  });
});

it('the description for software centres is valid', async () => {
  const { stdout } = await run('appstreamcli', [
    'validate',
    '--no-net',
    '--pedantic',
    join(root, 'packaging', basename(metainfo)),
  ]);
  expect(stdout).toContain('successful');
});
