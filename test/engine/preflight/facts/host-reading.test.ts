// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptWords } from '../../../../src/engine/base/shell-quote.ts';
import {
  type HostReading,
  parseListening,
  parseReading,
  readingParameters,
  readingScript,
  type WantedPaths,
} from '../../../../src/engine/preflight/facts/host-reading/index.ts';

const only = (path: string): WantedPaths => ({ careful: [path], once: [] });
const folder = mkdtempSync(join(tmpdir(), 'reading-'));
const plain = join(folder, "it's a $(disk) ü.img");
const link = join(folder, 'link');
const gone = join(folder, 'gone');
const emulator = join(folder, 'qemu');
const accounts = ['user root', 'user no such', 'group root', 'group -x'];
const roms = join(folder, 'roms of it');
const firmware = join(folder, 'code.qcow2');
const kept = join(folder, 'kept.img');
const replaced = join(folder, 'replaced (1).img');
const uuid = '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d';
const server = createServer();
let seen: HostReading | undefined;
let port = 0;

beforeAll(async () => {
  writeFileSync(plain, 'x'.repeat(1000));
  symlinkSync(plain, link);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  const paths = {
    ...{ careful: [plain, link], once: [gone, firmware, kept, replaced], loader: firmware },
    ...{ emulator, accounts, uuid },
  };
  // The header of qcow2: bytes 24 to 31 are the virtual size.
  const header = Buffer.alloc(104);
  header.write('QFI\u00fb', 'latin1');
  header.writeBigUInt64BE(4n * 2n ** 20n + 7n, 24);
  writeFileSync(firmware, header);
  for (const path of [kept, replaced, `${replaced}.new`]) writeFileSync(path, 'x');
  // A process in place of QEMU: its arguments contain -uuid and the UUID.
  const files = [kept, replaced].map((path) => openSync(path, 'r'));
  const qemu = spawn('sh', ['-c', 'read line', '-uuid', uuid], { stdio: ['pipe', ...files] });
  renameSync(`${replaced}.new`, replaced);
  // It runs as libvirt's user, who needs access to its folder.
  mkdirSync(roms);
  writeFileSync(join(roms, 'efi-virtio.rom'), 'x'.repeat(77));
  writeFileSync(emulator, `#!/bin/sh\n[ "$*" = '-L help' ] && printf '%s\\n' relative '${gone}' '${roms}'\n`);
  for (const each of [folder, roms, emulator]) chmodSync(each, 0o755);
  const text = execFileSync('sh', ['-s'], {
    input: `set -- ${scriptWords('==mark==', ...readingParameters(paths))}\n${readingScript}`,
    encoding: 'utf8',
  });
  qemu.kill();
  seen = parseReading(text, '==mark==', paths);
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('readingScript, run here', () => {
  it('sees the files that QEMU has open, and which of them were removed', () => {
    const open = (path: string): boolean | undefined => {
      const { device = '', inode = '' } = seen?.files.get(path) ?? {};
      return seen?.openFiles?.inodes.has(`${device} ${inode}`);
    };
    expect([kept, replaced].map(open)).toEqual([true, false]);
    expect([...(seen?.openFiles?.removed ?? [])]).toEqual([replaced]);
  });

  it('sees the size of the content of firmware in a qcow2 image', () => {
    expect(seen?.files.get(firmware)?.virtualBytes).toBe(4 * 2 ** 20 + 7);
  });

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

  it('sees clock, memory, addresses, network devices, and room', () => {
    expect(seen?.clock?.first).toBeGreaterThan(1.7e9);
    expect(seen?.clock?.last).toBeGreaterThanOrEqual(seen?.clock?.first ?? Infinity);
    expect(seen?.memory?.availableBytes).toBeGreaterThan(0);
    expect(seen?.networkDevices.get('lo')).toEqual({ bridge: false });
    // This machine may have no `ip`, and no folders of libvirt.
    for (const address of seen?.addresses ?? ['127.0.0.1']) expect(address).toMatch(/^[\da-f.:]+$/);
    for (const [folder, free] of seen?.freeBytes ?? []) {
      expect(folder).toMatch(/^\//);
      expect(free).toBeGreaterThanOrEqual(0);
    }
  });

  it('sees the versions of the kernel and of the package of QEMU', () => {
    expect(seen?.versions?.linux).toMatch(/^\d+\.\d+/);
    // A script of this test, which belongs to no package.
    expect(seen?.versions?.qemuPackage).toBe('other');
  });

  it('sees that nothing names a firmware', () => {
    expect(seen?.loaderNamed).toBe(false);
  });

  it('sees ROM files where QEMU looks for them', () => {
    // It needs libvirt's user, which a machine without libvirt does not have.
    if (process.getuid?.() !== 0 || seen?.qemuUser !== undefined)
      expect([...(seen?.roms ?? [])]).toEqual([['efi-virtio.rom', 77]]);
  });

  it('sees users and groups of the host', () => {
    expect([...(seen?.accounts ?? [])]).toEqual([
      ['user root', true],
      ['user no such', false],
      ['group root', true],
      ['group -x', false],
    ]);
  });

  it('sees listening sockets', () => {
    expect(seen?.listening.has(port)).toBe(true);
    expect([...(seen?.listeningOn?.get(port) ?? [])]).toEqual(['127.0.0.1']);
  });

  it('is rejected if it is cut', () => {
    expect(parseReading('==mark== sockets\n', '==mark==', { careful: [], once: [] })).toBeUndefined();
    expect(parseReading('', '==mark==', { careful: [], once: [] })).toBeUndefined();
  });
});

describe('parseListening', () => {
  const text =
    '== clock-first\n1769853600.5\n== sockets\n   0: 00000000:C000 00000000:0000 0A 00000000:00000000\n== configuration-unreadable\n== configuration-libvirtd\naccess_drivers = [ "polkit" ]\n== configuration-virtqemud\n== configuration-end\n== memory\n';

  it('is available before the rest', () => {
    expect(parseListening(text, '==')).toEqual({
      listening: new Set([49152]),
      settings: new Map([['access_drivers', ['polkit']]]),
      settingsReadable: false,
    });
  });

  it('is rejected while it is incomplete, wherever it is cut', () => {
    for (let length = 0; length < text.indexOf('== configuration-end\n') + '== '.length; length += 1)
      expect(parseListening(text.slice(0, length), '==')).toBeUndefined();
  });
});

describe('parseReading', () => {
  it('reports a file as missing only if stat said so', () => {
    const text = (said: string): string => `== mounts\n== files\n${said}\nreal 1 /a\n== end\n`;
    const read = (said: string): unknown => parseReading(text(said), '==', only('/a'))?.files.get('/a');
    expect(read('gone 1')).toMatchObject({ exists: false });
    expect(read("stat: cannot statx '/a': Permission denied")).toBeUndefined();
    expect(read('')).toBeUndefined();
  });

  it('knows whether a firmware is named only where it was told', () => {
    const read = (said: string): unknown =>
      parseReading(`== descriptors\n${said}\n== end\n`, '==', only('/a'))?.loaderNamed;
    expect(['named', 'unnamed', '', 'named x'].map(read)).toEqual([true, false, undefined, undefined]);
  });

  it('knows which files for graphics are missing only where it was told', () => {
    const read = (said: string): unknown =>
      parseReading(`${said}== end\n`, '==', only('/a'))?.graphicsFilesMissing;
    expect(read('')).toBeUndefined();
    expect(read('== graphics\n')).toEqual(
      new Map([
        ['vnc', []],
        ['spice', []],
      ]),
    );
    expect(read('== graphics\nvnc /etc/pki/qemu/ca-cert.pem\nvnc x\nspice\n')).toEqual(
      new Map([
        ['vnc', ['/etc/pki/qemu/ca-cert.pem']],
        ['spice', []],
      ]),
    );
  });

  it('takes only sizes of files that were asked for', () => {
    const text =
      '== roms\nrom bios-256k.bin 262144\nrom efi-e1000.rom\nrom /etc/passwd 1\nrom efi-virtio.rom x\n== end\n';
    expect([...(parseReading(text, '==', only('/a'))?.roms ?? [])]).toEqual([['bios-256k.bin', 262144]]);
  });

  it('does not parse the name of a file as output', () => {
    const look = 'stat 1 5 10 -|2026-01-31 10:00:00.000000001 +0000|regular file|0 0';
    const text = `== mounts\n== files\ngone 1\nreal 1 /a\u2028${look}\n== end\n`;
    expect(parseReading(text, '==', only('/a'))?.files.get('/a')).toMatchObject({ exists: false });
  });

  it('tells room, what nobody may write to, and what has its content elsewhere', () => {
    const text = [
      '== mounts',
      '== files',
      'stat 1 5 10 -|2026-01-31 10:00:00.000000001 +0000|regular file|0 0|16 512',
      'stat 2 2 4096 -|2026-01-31 10:00:00.000000001 +0000|directory|0 0|8 512',
      'real 1 /a',
      'read-only 1',
      'data-elsewhere 1',
      'real 2 /',
      'space 2 100 90 4096 1f2e',
      '== end',
      '',
    ].join('\n');
    const files = parseReading(text, '==', { careful: ['/a'], once: ['/'] })?.files;
    expect(files?.get('/a')).toMatchObject({ allocatedBytes: 8192, readOnly: true, dataElsewhere: true });
    expect(files?.get('/')?.space).toEqual({ root: 409_600, others: 368_640, fileSystemId: '1f2e' });
    expect(files?.get('/')).not.toHaveProperty('readOnly');
  });

  it('takes the innermost mount, settings and the identity of devices', () => {
    const text = [
      '== sockets',
      '   0: 00000000:C000 00000000:0000 0A 00000000:00000000',
      '   1: 0100007F:C001 0100007F:C002 01 00000000:00000000',
      '   0: 000080FE00000000FF005450B4A1C2FE:C000 00000000000000000000000000000000:0000 0A 00000000:00000000',
      '   1: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000',
      '== datagrams',
      '  42: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000',
      '  43: 00000000:1F91 0100007F:0035 01 00000000:00000000 00:00000000 00000000',
      '== listeners',
      '000000007a9f378c: 00000002 00000000 00010000 0001 01 2938654 /var/run/a socket',
      '0000000004991b2c: 00000002 00000000 00010000 0001 01 2939120 @abstract',
      '0000000004991b2d: 00000003 00000000 00000000 0001 03 2939121 /run/connected',
      '== devices',
      'bridge br0',
      'device eno1',
      'port eno1 br0',
      'device eno2',
      'device eno3',
      '9: macvtap0@eno2: <BROADCAST> mtu 1500 qdisc noop \\    link/ether 36:d5:6f:a2:2c:60 brd ff:ff:ff:ff:ff:ff promiscuity 0 \\    macvtap mode passthru nopromisc numtxqueues 1',
      '10: vlan0@eno3: <BROADCAST> mtu 1500 qdisc noop \\    link/ether 36:d5:6f:a2:2c:61 brd ff:ff:ff:ff:ff:ff promiscuity 0 \\    macvlan mode bridge numtxqueues 1',
      '== hooks',
      '/etc/libvirt/hooks/qemu',
      '== byte-order',
      '     1',
      '== configuration',
      'migration_port_min = 50000 # ours',
      "migration_host = 'beta-data'",
      'shared_filesystems = [',
      '  "/mnt/vms", "/srv"',
      ']',
      '== configuration-libvirtd',
      '#listen_tls = 0',
      'access_drivers = [ "polkit" ]',
      '== configuration-virtqemud',
      '== configuration-end',
      '== mounts',
      '21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw',
      '22 21 0:40 /vm /my\\040images rw - nfs4 nas:/export rw',
      '== files',
      'stat 1 5 10 -|2026-01-31 10:00:00.000000001 +0000|regular file|0 0',
      'stat 2 9 0 -|2026-01-31 10:00:00.000000001 +0000|block special file|8 11',
      'stat 1 5 10 -|2026-01-31 10:00:00.000000002 +0000|regular file|0 0',
      'real 1 /my images/a',
      'may 1 e',
      'may-not 1 r',
      'real 2 /dev/sdb1',
      'size 2 4096',
      'id 2 ../wwid=naa.6001',
      'partition 2 1',
      '== end',
      '',
    ].join('\n');
    const reading = parseReading(text, '==', { careful: ['/my images/a'], once: ['/dev/sdb1'] });
    expect([...(reading?.listening ?? [])]).toEqual([49152, 8080]);
    expect([...(reading?.listeningOn?.get(8080) ?? [])]).toEqual(['127.0.0.1']);
    expect([...(reading?.datagramsOn?.get(8081) ?? [])]).toEqual(['127.0.0.1', '0.0.0.0']);
    expect([...(reading?.listeners ?? [])]).toEqual(['/run/a socket']);
    expect([...(reading?.listeningOn?.get(49152) ?? [])]).toEqual(['0.0.0.0', 'fe80::5054:ff:fec2:a1b4']);
    expect([...(reading?.networkDevices ?? [])]).toEqual([
      ['br0', { bridge: true }],
      ['eno1', { bridge: false, portOf: 'br0' }],
      ['eno2', { bridge: false, carries: 'one' }],
      ['eno3', { bridge: false, carries: 'some' }],
    ]);
    expect(reading?.hooks).toEqual(['/etc/libvirt/hooks/qemu']);
    expect(Object.fromEntries(reading?.settings ?? [])).toEqual({
      access_drivers: ['polkit'],
      migration_port_min: '50000',
      migration_host: 'beta-data',
      shared_filesystems: ['/mnt/vms', '/srv'],
    });
    expect(reading?.settingsReadable).toBe(true);
    expect(reading?.files.get('/my images/a')).toMatchObject({
      fileSystem: 'nfs4',
      mountSource: 'nas:/export/vm',
      changeTimes: ['2026-01-31 10:00:00.000000001 +0000', '2026-01-31 10:00:00.000000002 +0000'],
      qemu: { reach: true, read: false },
    });
    expect(reading?.files.get('/dev/sdb1')).toMatchObject({
      sizeBytes: 4096,
      deviceIds: ['naa.6001, partition 1'],
    });
  });
});
