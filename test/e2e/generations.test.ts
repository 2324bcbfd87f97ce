// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/engine/preflight/report.ts';
import { type ExecResult, type Guest, type GuestOptions, Lab, type LabHost } from '../lab/lab.ts';
import { withDebs } from '../packages.ts';
import { Console, pictures, startBrowser } from './console.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Of each generation one host that is seen in the browser, and one that its VMs can go to. */
const generations = ['12', '13', '14'] as const;
type Generation = (typeof generations)[number];
const source = (generation: Generation): LabHost => lab.host(`debian${generation}`);
const destination = (generation: Generation): LabHost => lab.host(`other${generation}`);
const uriOf = (host: LabHost): string => `qemu+ssh://${host.name}/system`;

let lab: Lab;
let browser: Browser;

/** What was tried, with the versions of the systems, for the pages that say so. */
const tried: {
  versions?: unknown;
  pairs: {
    from: string;
    to: string;
    balloon: boolean;
    preflight: string;
    against: readonly string[];
    arrived: boolean;
  }[];
} = { pairs: [] };

beforeAll(async () => {
  lab = await Lab.start({
    hosts: generations.flatMap((each) => [`debian${each}:${each}`, `other${each}:${each}`]),
  });
  browser = await startBrowser(lab);
  const program = readFileSync(join(root, 'dist-cli/cockpit-migrate'), 'utf8');
  for (const each of generations) {
    const script = 'cat >/usr/local/bin/cockpit-migrate; chmod 755 /usr/local/bin/cockpit-migrate';
    await source(each).exec(['sh', '-c', script], { input: program });
  }
  const { stdout } = await run(join(root, 'test/lab/lab'), ['tree', ...generations]);
  tried.versions = JSON.parse(stdout);
});

afterAll(async () => {
  writeFileSync(join(pictures, 'generations.json'), `${JSON.stringify(tried, undefined, 2)}\n`);
  await browser.close();
  await lab.down();
});

/** A guest that runs on every generation. */
async function booted(host: LabHost, name: string, options: GuestOptions = {}): Promise<Guest> {
  const guest = await host.guest(name, { machine: 'pc-q35-7.2', ...options });
  await guest.booted();
  return guest;
}

/** Whether a host knows of a VM, and what it is there. */
async function at(host: LabHost, guest: Guest): Promise<string> {
  const { exitCode, stdout } = await host.exec(['virsh', '-q', 'dominfo', guest.uuid], { check: false });
  if (exitCode !== 0) return 'unknown';
  const said = (key: string): string => new RegExp(`^${key}: +(.*?) *$`, 'm').exec(stdout)?.[1] ?? '';
  return `${said('State')}, ${said('Persistent') === 'yes' ? 'persistent' : 'transient'}`;
}

describe.each([
  ['12', '13', 'root'],
  ['13', '12', 'admin'],
  ['14', '13', 'admin'],
] as const)('the page on Debian %s, whose VMs go to Debian %s, for %s', (from, to, user) => {
  let console: Console;
  let guest: Guest;

  beforeAll(async () => {
    guest = await booted(source(from), `page ${from}`);
    console = await Console.open(browser, await source(from).console(), {
      user,
      administrative: user !== 'root',
    });
  });

  afterAll(async () => {
    await console.close();
  });

  it('lists the VMs, follows what happens to them, and operates them', async () => {
    const row = await console.row(guest.name);
    await row.getByText('Running', { exact: true }).waitFor();
    await console.choose(guest.name, 'Pause');
    await row.getByText('Paused', { exact: true }).waitFor();
    expect(await source(from).virsh('domstate', guest.uuid)).toBe('paused');
    await source(from).virsh('resume', guest.uuid);
    await row.getByText('Running', { exact: true }).waitFor();
    await console.picture(`generation-${from}`);
  });

  it('moves one for a time, after a preflight that found nothing against it', async () => {
    await console.dialog(guest.name, uriOf(destination(to)), { temporary: true, seconds: 1 });
    for (const check of ['control-port', 'authentication', 'cpu-compatibility', 'shared-storage'])
      expect(await console.finding(check)).toMatchObject({ verdict: 'pass' });
    expect(await console.migrate(guest.name)).toBe('done');
    expect(await at(destination(to), guest)).toBe('running, transient');
    expect(await at(source(from), guest)).toBe('shut off, persistent');
    await guest.goesOn();
    await console.picture(`generation-${from}-done`);
    await destination(to).virsh('destroy', guest.uuid);
  });

  it('moves one for good', async () => {
    const other = await booted(source(from), `for good ${from}`);
    await console.page.reload();
    await console.dialog(other.name, uriOf(destination(to)), { seconds: 1 });
    expect(await console.migrate(other.name)).toBe('done');
    expect(await at(destination(to), other)).toBe('running, persistent');
    expect(await at(source(from), other)).toBe('unknown');
    await other.goesOn();
    expect(await other.diskIntact()).toBe(true);
    await destination(to).virsh('destroy', other.uuid);
  });
});

describe('between every two generations', () => {
  const pairs = generations.flatMap((from) => generations.map((to) => [from, to] as const));

  function cli(host: LabHost, ...argv: readonly string[]): Promise<ExecResult> {
    return host.exec(['cockpit-migrate', ...argv], { check: false });
  }

  /** What the preflight says of a VM, and then what becomes of it. */
  async function move(
    from: Generation,
    to: Generation,
    balloon: boolean,
  ): Promise<[Guest, Report, ExecResult]> {
    const guest = await booted(source(from), `from ${from} to ${to}`, { balloon });
    const uri = uriOf(destination(to));
    const checked = await cli(source(from), 'check', guest.name, uri, '--json', '--period=1');
    const report = JSON.parse(checked.stdout) as Report;
    const moved = await cli(source(from), 'migrate', guest.name, uri, '--period=1');
    tried.pairs.push({
      from,
      to,
      balloon,
      preflight: report.verdict,
      against: against(report),
      arrived: moved.exitCode === 0,
    });
    return [guest, report, moved];
  }

  /** What does not speak for a migration. */
  function against(report: Report): readonly string[] {
    return report.findings
      .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
      .map(({ check, verdict, found }) => `${check} ${verdict}: ${found}`);
  }

  it.each(pairs.filter(([from, to]) => from !== '13' || to !== '14'))(
    'a VM with a balloon goes from Debian %s to %s',
    async (from, to) => {
      const [guest, report, moved] = await move(from, to, true);
      // On a busy machine an answer may come too late to be known; nothing that arrives may be blocked.
      const blocks = report.findings.filter(({ verdict }) => verdict === 'block');
      expect({ exitCode: moved.exitCode, blocks }).toEqual({ exitCode: 0, blocks: [] });
      expect(await at(destination(to), guest)).toBe('running, persistent');
      expect(await at(source(from), guest)).toBe('unknown');
      await guest.goesOn();
      expect(await guest.diskIntact()).toBe(true);
      await destination(to).virsh('destroy', guest.uuid);
    },
  );

  it('a VM with a balloon that its guest does not use cannot go from Debian 13 to 14: QEMU there refuses its state', async () => {
    const [guest, , moved] = await move('13', '14', true);
    expect(moved.exitCode).toBe(1);
    expect(`${moved.stdout}${moved.stderr}`).toContain('virtio-balloon');
    expect(await at(source('13'), guest)).toBe('running, persistent');
    expect(await at(destination('14'), guest)).toBe('unknown');
    await guest.goesOn();
    const { stdout } = await destination('14').exec(['sh', '-c', 'cat /var/log/libvirt/qemu/*.log']);
    expect(stdout).toContain('VQ 0 vring.num 1024 exceeds allocated max 128');
    await source('13').virsh('destroy', guest.uuid);
  });

  it('a VM without one goes from Debian 13 to 14', async () => {
    const [guest, , moved] = await move('13', '14', false);
    expect(moved).toMatchObject({ exitCode: 0 });
    expect(await at(destination('14'), guest)).toBe('running, persistent');
    await guest.goesOn();
    await destination('14').virsh('destroy', guest.uuid);
  });
});
