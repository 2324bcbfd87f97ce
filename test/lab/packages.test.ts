// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import type { Report } from '../../src/engine/preflight/report.ts';
import { makeArchive, makePackages } from '../packages.ts';
import { Lab, type LabHost } from './lab.ts';

const run = promisify(execFile);
const generations = ['12', '13', '14'] as const;
type Generation = (typeof generations)[number];
const history = '/var/lib/cockpit-migrate';

let scratch: string;
let lab: Lab;
const host = (generation: Generation): LabHost => lab.host(`debian${generation}`);

/** An older version, with a file that the new one lacks. */
async function packageBefore(deb: string, directory: string): Promise<void> {
  const tree = join(scratch, `tree-${basename(deb)}`);
  await run('dpkg-deb', ['--raw-extract', deb, tree]);
  await run('sed', ['-i', 's/^Version: .*/Version: 0.0.1-1/', join(tree, 'DEBIAN/control')]);
  mkdirSync(join(tree, 'usr/share/cockpit/migrate'), { recursive: true });
  if (!basename(deb).includes('cli'))
    writeFileSync(join(tree, 'usr/share/cockpit/migrate/no-more.js'), '// Of the version before.\n');
  await run('dpkg-deb', ['--root-owner-group', '--build', tree, join(directory, basename(deb))]);
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'cockpit-migrate-packages-'));
  const [now, before] = [join(scratch, 'now'), join(scratch, 'before')];
  const [packages] = await Promise.all([
    makeArchive(now).then((archive) => makePackages('deb', archive, now)),
    Lab.start({ hosts: generations.map((each) => `debian${each}:${each}`), page: '/dev/null' }).then(
      (started) => {
        lab = started;
      },
    ),
  ]);
  mkdirSync(before);
  for (const deb of [packages.page, packages.cli]) await packageBefore(deb, before);
  for (const each of generations)
    for (const [from, to] of [
      [now, 'now'],
      [before, 'before'],
    ] as const) {
      const directory = `/proc/${host(each).pid}/root/root/${to}`;
      mkdirSync(directory);
      for (const deb of [packages.page, packages.cli])
        cpSync(join(from, basename(deb)), join(directory, basename(deb)));
    }
});

afterAll(async () => {
  await lab.down();
  rmSync(scratch, { recursive: true });
});

async function words(on: LabHost, script: string): Promise<string> {
  return (await on.exec(['sh', '-c', script])).stdout.trim();
}

/** Runs apt as an admin does. The host reaches no mirror. */
async function apt(on: LabHost, what: string): Promise<void> {
  await words(on, `DEBIAN_FRONTEND=noninteractive apt-get -q -y -o APT::Sandbox::User=root ${what} 2>&1`);
}

/** All paths on a host where packages may put files, except those of apt, dpkg, libvirt and the journal. */
function paths(on: LabHost): Promise<string> {
  return words(
    on,
    `find /etc /usr /opt /srv /home /var -xdev \\( -path /etc/libvirt -o -path /var/lib/libvirt -o -path /var/lib/dpkg \\
      -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /var/lib/systemd -o -path /var/tmp \\) -prune -o -print | sort`,
  );
}

describe.each([
  ['12', '13'],
  ['13', '14'],
  ['14', '12'],
] as const)('on Debian %s', (generation, next) => {
  const on = (): LabHost => host(generation);
  let before: string;
  let learnt: string;

  /** The history of migrations, with its owner. */
  const kept = (): Promise<string> =>
    words(on(), `cd ${history} && stat -c '%n %a %U' . * && sha256sum * && cat *`);

  it('installs with apt, and the page is offered', async () => {
    before = await paths(on());
    expect(before).toContain('/usr/share/cockpit');
    await apt(on(), 'install /root/before/*.deb');
    expect(await words(on(), 'cockpit-bridge --packages')).toMatch(
      /^migrate .*\/usr\/share\/cockpit\/migrate$/m,
    );
    expect(await words(on(), 'ls /usr/share/cockpit/migrate')).toContain('no-more.js');
  });

  it('has the command on Debian’s Node, which migrates a VM', async () => {
    const node = Number(/^v(\d+)\./.exec(await words(on(), '/usr/bin/node --version'))?.[1]);
    if (generation === '12') expect(node).toBe(18);
    const guest = await on().guest(`from ${generation}`, { machine: 'pc-q35-7.2', disk: 'none' });
    await guest.booted();
    expect(await words(on(), 'cockpit-migrate --version')).toContain(version);
    expect(await words(on(), 'cockpit-migrate list')).toContain(guest.name);
    const uri = `qemu+ssh://${host(next).name}/system`;
    const checked = await on().exec(['cockpit-migrate', 'check', guest.name, uri, '--json', '--period=1'], {
      check: false,
    });
    const report = JSON.parse(checked.stdout) as Report;
    expect(report.findings.filter(({ verdict }) => verdict === 'block')).toEqual([]);
    const moved = await on().exec(['cockpit-migrate', 'migrate', guest.name, uri, '--period=1'], {
      check: false,
    });
    expect(moved).toMatchObject({ exitCode: 0 });
    // A warning of Node would mean that this version lacks something or calls it experimental.
    expect(`${checked.stderr}${moved.stderr}`).not.toMatch(/\(node:\d+\)/);
    await host(next).virsh('destroy', guest.uuid);
    learnt = await kept();
    expect(learnt).toContain(guest.uuid);
    expect(learnt).toContain('. 700 root');
  });

  it('upgrades to the next version, and keeps the history', async () => {
    await apt(on(), 'install /root/now/*.deb');
    const show = `dpkg-query -W -f '\${Version} \${db:Status-Status}\\n' cockpit-migrate cockpit-migrate-cli`;
    expect(await words(on(), show)).toBe(`${version}-1 installed\n${version}-1 installed`);
    expect(await words(on(), 'ls /usr/share/cockpit/migrate')).not.toContain('no-more.js');
    expect(await kept()).toBe(learnt);
    expect(await words(on(), 'cockpit-migrate --version')).toContain(version);
  });

  it('is removed but keeps the history, and is purged without a trace', async () => {
    await apt(on(), 'remove cockpit-migrate');
    expect(await words(on(), 'cockpit-bridge --packages')).not.toContain('migrate');
    expect(await kept()).toBe(learnt);
    // The page may be installed again, and it shares what was learned.
    await apt(on(), 'purge cockpit-migrate-cli');
    expect(await kept()).toBe(learnt);
    await apt(on(), 'purge cockpit-migrate');
    expect((await paths(on())).split('\n')).toEqual(before.split('\n'));
    expect(await words(on(), 'dpkg-query -W cockpit-migrate cockpit-migrate-cli 2>/dev/null || true')).toBe(
      '',
    );
  });

  it('purges both at once', async () => {
    await apt(on(), 'install /root/now/*.deb');
    await words(on(), `mkdir -m 700 ${history} && touch ${history}/departures.jsonl`);
    await apt(on(), 'purge cockpit-migrate cockpit-migrate-cli');
    expect((await paths(on())).split('\n')).toEqual(before.split('\n'));
  });
});
