// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendState, readState } from '../../../src/engine/store/state-folder.ts';
import { nodePlatform } from '../../../src/platform/node.ts';
import type { Platform } from '../../../src/platform/platform.ts';

const isRoot = process.getuid?.() === 0;
/** Another user than the one who runs the test. */
const somebodyElse = 65534;

let home: string;
let folder: string;
let file: string;
/** The target of a link. */
let victim: string;
let platform: Pick<Platform, 'run'>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cockpit-migrate-state-'));
  folder = join(home, 'cockpit-migrate');
  file = join(folder, 'forecasts.jsonl');
  victim = join(home, 'victim');
  writeFileSync(victim, 'secret\n', { mode: 0o644 });
  const real = nodePlatform();
  platform = {
    run: (argv, options) => real.run(argv, { ...options, environment: { HOME: home, XDG_STATE_HOME: home } }),
  };
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const append = (line = '{}'): Promise<string | undefined> =>
  appendState(platform, 'session', 'forecasts.jsonl', line);
const read = (): Promise<string> => readState(platform, 'session', 'forecasts.jsonl');
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

/** Expects that the folder is neither read nor written, and that the reason names the fault. */
async function refused(reason: RegExp): Promise<void> {
  expect(await append('written')).toMatch(reason);
  await expect(read()).rejects.toThrow(reason);
  expect(readFileSync(victim, 'utf8')).toBe('secret\n');
  expect(mode(victim)).toBe('644');
}

describe('the folder of this program’s state', () => {
  it('is created for its owner only, and read', async () => {
    expect(await read()).toBe('');
    expect(await append('{"a":1}')).toBeUndefined();
    expect(await append('{"b":2}')).toBeUndefined();
    expect(await read()).toBe('{"a":1}\n{"b":2}\n');
    expect([mode(folder), mode(file), mode(join(folder, 'lock'))]).toEqual(['700', '600', '600']);
  });

  it('that an older version left readable is closed by the next line', async () => {
    mkdirSync(folder, { mode: 0o755 });
    for (const name of ['forecasts.jsonl', 'lock']) writeFileSync(join(folder, name), '', { mode: 0o644 });
    expect(await read()).toBe('');
    expect(await append()).toBeUndefined();
    expect([mode(folder), mode(file), mode(join(folder, 'lock'))]).toEqual(['700', '600', '600']);
  });

  it('stays closed when the file is cut', async () => {
    await append();
    execFileSync('sh', ['-c', 'yes "{}" | head -n 2000 >> "$1"', 'sh', file]);
    // Left by another user before the folder was closed.
    symlinkSync(victim, `${file}.new`);
    expect(await append()).toBeUndefined();
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(1001);
    expect(mode(file)).toBe('600');
    expect(readdirSync(folder).sort()).toEqual(['forecasts.jsonl', 'lock']);
    expect(readFileSync(victim, 'utf8')).toBe('secret\n');
  });

  it('is not followed if it is a link, even a broken one', async () => {
    mkdirSync(join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere'), folder);
    await refused(/cockpit-migrate is a link\. Nothing was read from it or written to it\./);
    expect(readdirSync(join(home, 'elsewhere'))).toEqual([]);
    rmSync(folder);
    symlinkSync(join(home, 'nowhere'), folder);
    await refused(/cockpit-migrate is a link/);
  });

  it('is not used if a file in it is a link, even a broken one', async () => {
    mkdirSync(folder, { mode: 0o700 });
    symlinkSync(victim, file);
    await refused(/forecasts\.jsonl is a link/);
    rmSync(file);
    symlinkSync(join(home, 'nowhere'), file);
    await refused(/forecasts\.jsonl is a link/);
    expect(readdirSync(home).sort()).toEqual(['cockpit-migrate', 'victim']);
  });

  it('is not written if its lock is a link', async () => {
    mkdirSync(folder, { mode: 0o700 });
    symlinkSync(victim, join(folder, 'lock'));
    expect(await append()).toMatch(/lock is a link/);
    expect(readdirSync(folder)).toEqual(['lock']);
    expect(readFileSync(victim, 'utf8')).toBe('secret\n');
  });

  it('is not used if the file is a hard link or not a regular file', async () => {
    mkdirSync(folder, { mode: 0o700 });
    linkSync(victim, file);
    await refused(/forecasts\.jsonl has a second name elsewhere/);
    rmSync(file);
    execFileSync('mkfifo', [file]);
    await refused(/forecasts\.jsonl is no file/);
  });

  it.runIf(isRoot)('is not used where it or the file belongs to another user', async () => {
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(file, '{}\n');
    chownSync(file, somebodyElse, somebodyElse);
    await refused(/forecasts\.jsonl belongs to another user/);
    chownSync(folder, somebodyElse, somebodyElse);
    await refused(/cockpit-migrate belongs to another user/);
  });

  it('is not read if others can write', async () => {
    await append();
    for (const loose of [0o770, 0o707, 0o777]) {
      chmodSync(folder, loose);
      await expect(read()).rejects.toThrow(/can be written by others/);
    }
  });

  it('may have any name', async () => {
    home = join(home, "-a 'b' $(touch c)\n");
    mkdirSync(home);
    folder = join(home, 'cockpit-migrate');
    expect(await append('{"a":1}')).toBeUndefined();
    expect(await read()).toBe('{"a":1}\n');
    expect(readdirSync(home)).toEqual(['cockpit-migrate']);
  });
});
