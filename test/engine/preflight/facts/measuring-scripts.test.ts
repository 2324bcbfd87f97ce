// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import sshCounter from '../../../../src/engine/preflight/facts/bandwidth-ssh-counter.sh?raw';
import memorySampleProgram from '../../../../src/engine/preflight/facts/memory-sample.py?raw';
import { parseMemorySample } from '../../../../src/engine/preflight/facts/memory-sample.ts';
import runPython from '../../../../src/engine/preflight/facts/run-python.sh?raw';

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});

describe('run-python.sh', () => {
  it('hands the program its arguments as they are, and says its status', () => {
    const program = 'import sys; print(sys.argv[1:]); sys.exit(3)';
    const { status, stdout } = spawnSync('sh', ['-c', runPython, 'sh', program, 'a b', '', "it's $x"]);
    expect([status, stdout.toString()]).toEqual([3, `['a b', '', "it's $x"]\n`]);
  });

  it('says 127 where there is no Python', () => {
    const { status } = spawnSync('/bin/sh', ['-c', runPython, 'sh', 'print(1)'], {
      env: { PATH: '/nowhere' },
    });
    // RHEL and its derivatives have one outside of the path.
    expect([0, 127]).toContain(status);
  });
});

const MiB = 1024 * 1024;
const size = 48 * MiB;
const uuid = '8c2a5e0e-7f5a-4f0c-9d9a-000000000001';

/**
 * A process in place of QEMU, with memory of that size. A quarter of it is filled, and the first half of that is written to all the time.
 * Others may read its memory (PR_SET_PTRACER), as root may.
 */
const machine = `
import ctypes, itertools, mmap, os, sys
ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1), 0, 0, 0)
size, page = int(sys.argv[3]), os.sysconf("SC_PAGE_SIZE")
memory = mmap.mmap(-1, size)
for at in range(0, size // 4, page):
    memory[at] = 1
print("ready", flush=True)
for value in itertools.cycle(range(1, 256)):
    for at in range(0, size // 8, page):
        memory[at] = value
`;

async function startMachine(): Promise<void> {
  const child = spawn('sh', ['-c', runPython, 'sh', machine, '-uuid', uuid, String(size)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
}

function sample(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('sh', ['-c', runPython, 'sh', memorySampleProgram, ...args], { encoding: 'utf8' });
}

describe('memory-sample.py', { timeout: 60_000 }, () => {
  it('says how much of the memory holds something, and how much of it changes', async () => {
    await startMachine();
    const { stdout, stderr } = sample(uuid, String(size), '4096', '0.25', '0.5');
    expect(stderr).toBe('');
    const said = parseMemorySample(stdout, size);
    expect(said?.nonZeroBytes).toBeGreaterThan(size / 4 - 4 * MiB);
    expect(said?.nonZeroBytes).toBeLessThan(size / 4 + 4 * MiB);
    expect(said?.points).toHaveLength(2);
    for (const { seconds, bytes } of said?.points ?? []) {
      // Between two samples, of which the first may have begun late.
      expect(seconds).toBeGreaterThan(0);
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThan(size / 8 + 4 * MiB);
    }
  });

  it('says what it has seen so far after the first second', async () => {
    await startMachine();
    const { stdout } = sample(uuid, String(size), '4096', '0.25', '1', '1.5');
    const reports = stdout.split('\n\n').slice(0, -1);
    expect(reports.map((report) => report.match(/^window/gm)?.length)).toEqual([2, 3]);
    expect(parseMemorySample(stdout, size)?.points).toHaveLength(3);
  });

  it('looks once where there are no windows', async () => {
    await startMachine();
    expect(sample(uuid, String(size), '64').stdout).toMatch(/^pages 64 \d+\n\n$/);
  });

  it('says what it does not find', async () => {
    expect(sample('no-such-uuid', '4096', '64')).toMatchObject({ status: 1, stderr: 'no process\n' });
    await startMachine();
    expect(sample(uuid, '12345', '64')).toMatchObject({ status: 1, stderr: 'no mapping\n' });
  });
});

describe('bandwidth-ssh-counter.sh', () => {
  it('counts what comes behind the first byte, to the end of the line', () => {
    const input = `${'\0'.repeat(300_001)}\nmore\n`;
    const said = execFileSync('sh', ['-c', sshCounter], { input, encoding: 'utf8' });
    expect(said).toMatch(/^counting\n300001 [1-9]\d*\n$/);
  });
});
