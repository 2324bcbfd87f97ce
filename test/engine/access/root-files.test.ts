// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tools } from '../../../src/engine/access/limit.ts';
import {
  addKnownHost,
  appendLines,
  keyOf,
  makeRootKey,
  parseRootKeys,
  readKnownLines,
  readRootKeys,
  removeLines,
  removeRootKey,
} from '../../../src/engine/access/root-files.ts';
import { nodePlatform } from '../../../src/platform/node.ts';

let folder: string;
let known: string;
let tools: Tools;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cockpit-migrate it's $(x) "));
  known = join(folder, 'ssh', 'known_hosts');
  tools = { platform: nodePlatform(), signal: new AbortController().signal };
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function newKey(name: string, ...options: readonly string[]): string {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'someone', ...options, '-f', file]);
  return file;
}

function publicKey(file: string): string {
  return readFileSync(`${file}.pub`, 'utf8').trim();
}

describe('keys of root', () => {
  it('are used where they have no passphrase, also without their public half', async () => {
    const locked = newKey('id_rsa', '-N', 'secret');
    const open = newKey('id_ed25519');
    const line = publicKey(open);
    rmSync(`${open}.pub`);
    expect(await readRootKeys(tools, [locked, open])).toEqual({
      kind: 'usable',
      file: open,
      publicKey: line,
    });
  });

  it('are made where there are none, and taken away again, but only those', async () => {
    const file = join(folder, 'new', 'id_ed25519');
    const key = await readRootKeys(tools, [join(folder, 'new', 'id_rsa'), file]);
    const host = execFileSync('uname', ['-n'], { encoding: 'utf8' }).trim();
    expect(key).toEqual({ kind: 'to-make', file, type: 'ed25519', comment: `root@${host}` });
    if (key.kind !== 'to-make') throw new Error(key.kind);
    const made = await makeRootKey(tools, key);
    expect(made).toBe(publicKey(file));
    expect(made).toMatch(new RegExp(`^ssh-ed25519 \\S+ root@${host}$`));
    expect([statSync(file).mode & 0o777, statSync(join(folder, 'new')).mode & 0o777]).toEqual([0o600, 0o700]);
    await expect(makeRootKey(tools, key)).rejects.toThrow('already there');
    await expect(removeRootKey(tools, file, publicKey(newKey('other')))).rejects.toThrow('another key');
    expect(existsSync(file)).toBe(true);
    await removeRootKey(tools, file, made);
    expect([existsSync(file), existsSync(`${file}.pub`)]).toEqual([false, false]);
  });

  it('that are all locked are said to be; a name that is free is taken', () => {
    const files = ['/root/.ssh/id_rsa', '/root/.ssh/id_ed25519', '/root/.ssh/id_ecdsa'];
    expect(parseRootKeys(['host alpha', 'locked 1', 'locked 2', 'locked 3'], files)).toEqual({
      kind: 'locked',
      files,
    });
    expect(parseRootKeys(['host alpha', 'locked 1', 'locked 2', 'free 3'], files)).toEqual({
      kind: 'to-make',
      file: '/root/.ssh/id_ecdsa',
      type: 'ecdsa',
      comment: 'root@alpha',
    });
    expect(parseRootKeys(['host alpha', 'free 1'], ['/root/keys/beta'])).toMatchObject({
      kind: 'to-make',
      type: 'ed25519',
    });
  });
});

describe('known hosts', () => {
  const lines = (): string => readFileSync(known, 'utf8');

  it.each([false, true])('are added and taken out again, hashed: %s', async (hashesNames) => {
    const keys = ['a', 'b'].map((name) => publicKey(newKey(name)).split(' ').slice(0, 2).join(' '));
    const host = { file: known, hashesNames, knownAs: '[beta]:2222' };
    const added = await addKnownHost(tools, host, keys);
    expect(statSync(known).mode & 0o777).toBe(0o600);
    expect(lines()).toBe(added.map((line) => `${line}\n`).join(''));
    expect(lines().includes('beta')).toBe(!hashesNames);
    expect(await readKnownLines(tools, '[beta]:2222', ['/nonexistent', known])).toEqual(
      added.map((line) => ({ file: known, line })),
    );
    expect(await readKnownLines(tools, 'beta', [known])).toEqual([]);
    await removeLines(tools, known, added);
    expect(existsSync(known)).toBe(false);
  });

  it('are left as they are but for what is meant, with their mode', async () => {
    const key = publicKey(newKey('a')).split(' ').slice(0, 2).join(' ');
    const others = `gamma ${key}\n# beta, a comment\nbeta2 ${key}`;
    await appendLines(tools, known, ['x']);
    writeFileSync(known, others, { mode: 0o644 });
    execFileSync('chmod', ['644', known]);
    const added = await addKnownHost(tools, { file: known, hashesNames: false, knownAs: 'beta' }, [key]);
    expect(added).toEqual([`beta ${key}`]);
    // The last line had no line break.
    expect(lines()).toBe(`${others}\nbeta ${key}\n`);
    await removeLines(tools, known, added);
    expect(lines()).toBe(`${others}\n`);
    await appendLines(tools, known, added);
    expect(lines()).toBe(`${others}\nbeta ${key}\n`);
    expect(statSync(known).mode & 0o777).toBe(0o644);
  });
});

it('the key itself is what stands behind its type', () => {
  expect(keyOf('ssh-ed25519 AAAA/+= root@alpha')).toBe('AAAA/+=');
  expect(keyOf('')).toBe('');
});
