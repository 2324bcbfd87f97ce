// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostReading, parseReading, readingScript } from '../../../src/engine/facts/host-reading.ts';
import { shellCommand } from '../../../src/engine/shell-quote.ts';

const folder = mkdtempSync(join(tmpdir(), 'reading-'));
const plain = join(folder, "it's a $(disk) ü.img");
const link = join(folder, 'link');
const gone = join(folder, 'gone');
const server = createServer();
let seen: HostReading | undefined;
let port = 0;

beforeAll(async () => {
  writeFileSync(plain, 'x'.repeat(1000));
  symlinkSync(plain, link);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  const paths = [plain, link, gone];
  const text = execFileSync('sh', ['-s'], {
    input: `set -- ${shellCommand('==mark==', ...paths)}\n${readingScript}`,
    encoding: 'utf8',
  });
  seen = parseReading(text, '==mark==', paths);
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('readingScript, run here', () => {
  it('sees a file whatever its name, through links', () => {
    const { ino, size } = statSync(plain);
    for (const path of [plain, link]) {
      expect(seen?.files.get(path)).toMatchObject({
        exists: true,
        kind: 'regular file',
        inode: String(ino),
        sizeBytes: size,
      });
      expect(seen?.files.get(path)?.changeTimes[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} \+0000$/);
      expect(seen?.files.get(path)?.fileSystem).not.toBe('');
    }
    expect(seen?.files.get(gone)).toMatchObject({ exists: false });
  });

  it('sees who listens', () => {
    expect(seen?.listening.has(port)).toBe(true);
  });

  it('is not believed when it breaks off', () => {
    expect(parseReading('==mark== sockets\n', '==mark==', [])).toBeUndefined();
    expect(parseReading('', '==mark==', [])).toBeUndefined();
  });
});

describe('parseReading', () => {
  it('takes no file for missing of which stat said something else', () => {
    const text = (said: string): string => `== mounts\n== file\nreal /a\n${said}\n== end\n`;
    const read = (said: string): unknown => parseReading(text(said), '==', ['/a'])?.files.get('/a');
    expect(read("stat: cannot statx '/a': No such file or directory")).toMatchObject({ exists: false });
    expect(read("stat: cannot statx '/a': Permission denied")).toBeUndefined();
    expect(read('')).toBeUndefined();
  });

  it('does not read a look out of the name of a file', () => {
    const look = 'stat 5 10 -|2026-01-31 10:00:00.000000001 +0000|regular file|0 0';
    const text = `== mounts\n== file\nreal /a\u2028${look}\nstat: '/a': No such file or directory\n== end\n`;
    expect(parseReading(text, '==', ['/a'])?.files.get('/a')).toMatchObject({ exists: false });
  });

  it('takes the innermost mount, settings and the identity of devices', () => {
    const text = [
      '== sockets',
      '   0: 00000000:C000 00000000:0000 0A 00000000:00000000',
      '   1: 0100007F:C001 0100007F:C002 01 00000000:00000000',
      '== configuration',
      'migration_port_min = 50000',
      'migration_host = "beta-data"',
      '== mounts',
      '21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw',
      '22 21 0:40 /vm /my\\040images rw - nfs4 nas:/export rw',
      '== file',
      'real /my images/a',
      'stat 5 10 -|2026-01-31 10:00:00.000000001 +0000|regular file|0 0',
      '== file',
      'real /dev/sdb1',
      'stat 9 0 -|2026-01-31 10:00:00.000000001 +0000|block special file|8 11',
      'size 4096',
      'id ../wwid=naa.6001',
      'partition 1',
      '== end',
      '',
    ].join('\n');
    const reading = parseReading(text, '==', ['/my images/a', '/dev/sdb1']);
    expect([...(reading?.listening ?? [])]).toEqual([49152]);
    expect(reading?.settings.get('migration_host')).toBe('beta-data');
    expect(reading?.files.get('/my images/a')).toMatchObject({
      fileSystem: 'nfs4',
      mountSource: 'nas:/export/vm',
    });
    expect(reading?.files.get('/dev/sdb1')).toMatchObject({
      sizeBytes: 4096,
      deviceIds: ['naa.6001, partition 1'],
    });
  });
});
