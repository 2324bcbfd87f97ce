// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { waitFor } from './lab.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

interface Demo {
  readonly child: ChildProcess;
  readonly lab: string;
  readonly printed: () => string;
  readonly ended: Promise<number | null>;
}

function start(): Demo {
  const child = spawn(process.execPath, [join(root, 'tools/demo.js')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  return { child, lab: `demo-${child.pid ?? 0}`, printed: () => printed, ended };
}

/** Processes, mounts, network devices and files that carry the lab's name. */
async function remains(lab: string): Promise<readonly string[]> {
  const { stdout } = await run('sh', [
    '-c',
    'grep -lzs "^COCKPIT_MIGRATE_LAB=$1$" /proc/[0-9]*/environ; grep -s "$1" /proc/self/mountinfo; ls -d "/run/cockpit-migrate-lab/$1" "/var/tmp/cockpit-migrate-lab/$1" 2>/dev/null || true',
    'sh',
    lab,
  ]);
  return stdout.split('\n').filter((line) => line !== '');
}

it('prints how to sign in, has the promised VMs, and ends cleanly with Ctrl-C', async () => {
  const { child, lab, printed, ended } = start();
  try {
    await waitFor('the demo', () => printed().includes('Ctrl-C ends it all.'), 120);
    const url = /Open +(http\S+)\/migrate/.exec(printed())?.[1] ?? '';
    expect((await fetch(`${url}/cockpit/static/login.css`)).status).toBe(200);
    expect(printed()).toContain('user admin, password lab');
    const { stdout } = await run(join(root, 'test/lab/lab'), [
      '--lab',
      lab,
      'exec',
      'alpha',
      'virsh',
      'list',
      '--all',
    ]);
    for (const [name, state] of [
      ['idle', 'running'],
      ['busy', 'running'],
      ['local-disk', 'running'],
      ['with-iso', 'running'],
      ['archive', 'shut off'],
    ])
      expect(stdout).toMatch(new RegExp(` ${name ?? ''} +${state ?? ''}$`, 'm'));
    expect(await remains(lab)).not.toEqual([]);
  } finally {
    child.kill('SIGINT');
  }
  // A second one does no harm.
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(printed()).toContain('Nothing is left.');
  await waitFor('nothing to be left', async () => (await remains(lab)).length === 0, 30);
});

it('leaves nothing behind if it is ended during the start, or killed', async () => {
  const first = start();
  await waitFor('the start', () => existsSync(`/run/cockpit-migrate-lab/${first.lab}`), 60);
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  await waitFor('nothing to be left', async () => (await remains(first.lab)).length === 0, 30);

  const second = start();
  await waitFor('the hosts', () => second.printed().includes('an idle VM'), 90);
  second.child.kill('SIGKILL');
  await waitFor('nothing to be left', async () => (await remains(second.lab)).length === 0, 60);
});
