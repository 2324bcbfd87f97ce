// SPDX-License-Identifier: LGPL-2.1-or-later
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDestination } from '../../src/engine/destination/uri.ts';
import { InteractiveVirsh } from '../../src/libvirt/interactive-virsh.ts';
import { virshSession } from '../../src/libvirt/virsh.ts';
import { nodePlatform } from '../../src/platform/node.ts';

/** Names from a VM's owner or another host. Each would create a file if a shell interpreted it. */
const hostile = [
  '--help',
  '--version',
  '-oProxyCommand=touch ran',
  '$(touch ran)',
  '`touch ran`',
  "'; touch ran; '",
  '"; touch ran; "',
  '; quit',
  '!touch ran',
  'a | touch ran',
  '#',
  '\\',
  "it's",
  '\u202eweb',
  '\u001b[2J',
  '\t\t',
  'x'.repeat(20_000),
];

const uri = 'test:///default';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cockpit-migrate-words-'));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir('/');
  rmSync(folder, { recursive: true });
});

describe('the real virsh', () => {
  test('takes no hostile name as an option or a command, and continues with the next command', async () => {
    const answers = await virshSession(nodePlatform(), uri, [
      ...hostile.map((name, index) => ({ id: `name ${index}`, argv: ['domuuid', '--', name] })),
      ...hostile.map((name, index) => ({
        id: `pool ${index}`,
        argv: ['vol-path', '--pool', name, '--vol', name],
      })),
      { id: 'last', argv: ['domuuid', '--', 'test'] },
    ]);
    for (const [index, name] of hostile.entries()) {
      expect(answers.get(`name ${index}`), name.slice(0, 30)).toMatchObject({
        ok: false,
        error: expect.stringContaining('failed to get domain') as string,
      });
      expect(answers.get(`pool ${index}`)).toMatchObject({
        ok: false,
        error: expect.stringContaining('failed to get pool') as string,
      });
    }
    expect(answers.get('last')).toMatchObject({ ok: true });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('takes none at its prompt either', async () => {
    const ended = new AbortController();
    const virsh = new InteractiveVirsh(nodePlatform(), uri, { signal: ended.signal });
    try {
      for (const name of hostile.filter((each) => each.length < 1000)) {
        const answer = await virsh.ask({ id: 'it', argv: ['domuuid', '--', name] });
        expect(answer, name).toMatchObject({
          ok: false,
          error: expect.stringContaining('failed to get domain') as string,
        });
      }
      expect(await virsh.ask({ id: 'it', argv: ['domuuid', '--', 'test'] })).toMatchObject({ ok: true });
    } finally {
      ended.abort();
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('the real ssh gets the URI’s host, and no user that it would refuse', async () => {
  for (const user of ['root', 'joe.doe', 'EXAMPLE\\joe', 'joe@example.org']) {
    const input = parseDestination(`qemu+ssh://${user}@beta/system`, { localNames: [] });
    expect(input.kind).toBe('valid');
    if (input.kind !== 'valid') continue;
    const { exitCode, stdout } = await nodePlatform().run([
      ...['ssh', '-F', 'none', '-G', '-l', input.parts.user ?? '', '--', input.parts.host],
    ]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`user ${user}\n`)]);
  }
});
