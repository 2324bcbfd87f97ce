// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import script from '../../../src/engine/access/authorized-key.sh?raw';
import { authorizedLine, byHandCommand, undoRemedy } from '../../../src/engine/access/change.ts';
import { parseReply } from '../../../src/engine/access/ssh-session.ts';

const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIJ/+x';
const line = `ssh-ed25519 ${key} root@alpha's "host"`;

let home: string;
let programs: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cockpit-migrate home '));
  programs = join(home, 'bin');
  mkdirSync(programs);
  program('getent', `echo "root:x:0:0:root:${home}:/bin/sh"`);
  program('sshd', '');
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

function program(name: string, text: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(programs, name), 0o755);
}

function run(action: 'add' | 'remove', what = line): { word: string; rest: string } {
  const printed = execFileSync('sh', ['-c', script, 'sh', 'MARK', action, key, what], {
    encoding: 'utf8',
    env: { PATH: `${programs}:${process.env['PATH'] ?? ''}` },
  });
  const { word, rest } = parseReply(printed.replace(/ MARK\n$/, ''), 'MARK');
  return { word, rest };
}

describe('authorized_keys', () => {
  const file = (): string => join(home, '.ssh/authorized_keys');

  it('is made with the modes that sshd wants, and gone when the line is taken out', () => {
    expect(run('add')).toEqual({ word: 'added', rest: file() });
    expect(readFileSync(file(), 'utf8')).toBe(`${line}\n`);
    expect([statSync(file()).mode & 0o777, statSync(join(home, '.ssh')).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    expect(run('remove')).toEqual({ word: 'removed', rest: file() });
    expect([existsSync(file()), readdirSync(join(home, '.ssh'))]).toEqual([false, []]);
    expect(run('remove').word).toBe('absent');
  });

  it('keeps its other lines and its mode, and gets no line twice', () => {
    mkdirSync(join(home, '.ssh'), { mode: 0o755 });
    const others = `ssh-rsa BBBB other\n# ssh-ed25519 ${key} not now\nfrom="x" ssh-rsa CCCC`;
    writeFileSync(file(), others);
    chmodSync(file(), 0o640);
    expect(run('add').word).toBe('added');
    expect(readFileSync(file(), 'utf8')).toBe(`${others}\n${line}\n`);
    expect(run('add').word).toBe('present');
    expect(run('add', `restrict ${line}`).word).toBe('present');
    expect(run('remove').word).toBe('removed');
    expect(readFileSync(file(), 'utf8')).toBe(`${others}\n`);
    expect([statSync(file()).mode & 0o777, statSync(join(home, '.ssh')).mode & 0o777]).toEqual([
      0o640, 0o755,
    ]);
  });

  it.runIf(process.getuid?.() === 0)('of root is where sshd looks', () => {
    const elsewhere = join(home, 'keys');
    program('sshd', `echo 'authorizedkeysfile ${elsewhere}/%u .ssh/other'`);
    // The first of several, up to a blank.
    expect(run('add').rest.startsWith(elsewhere.split(' ', 1)[0] ?? '?')).toBe(true);
    program('sshd', `echo 'authorizedkeysfile none'`);
    expect(run('add').word).toBe('failed');
    program('sshd', `echo 'authorizedkeysfile /keys/%i'`);
    expect(run('add').word).toBe('failed');
  });

  it('by hand gets the same line', () => {
    program('sudo', 'while [ "$1" != sh ]; do shift; done; exec "$@"');
    const bound = authorizedLine(line, { restricted: true, from: '10.0.0.1' });
    execFileSync('sh', ['-c', byHandCommand('root', bound)], {
      env: { PATH: `${programs}:${process.env['PATH'] ?? ''}`, HOME: home },
    });
    expect(readFileSync(file(), 'utf8')).toBe(`${bound}\n`);
    const change = { kind: 'key-authorized', user: 'root', file: file(), line: bound, key } as const;
    program('sudo', 'exec "$@"');
    execFileSync('sh', ['-c', undoRemedy(change, 'beta').command ?? 'false'], {
      env: { PATH: `${programs}:${process.env['PATH'] ?? ''}` },
    });
    expect(readFileSync(file(), 'utf8')).toBe('');
  });

  it('may bind a key to libvirt and to an address', () => {
    expect(authorizedLine('ssh-ed25519 A root@alpha', { restricted: false })).toBe(
      'ssh-ed25519 A root@alpha',
    );
    expect(authorizedLine('ssh-ed25519 A root@alpha', { restricted: true, from: '10.0.0.1' })).toBe(
      `from="10.0.0.1",restrict,command="virt-ssh-helper 'qemu:///system'" ssh-ed25519 A root@alpha`,
    );
  });
});
