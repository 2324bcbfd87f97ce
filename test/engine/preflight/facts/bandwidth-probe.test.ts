// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scriptWords } from '../../../../src/engine/base/shell-quote.ts';
import listenerScript from '../../../../src/engine/preflight/facts/bandwidth-listener.sh?raw';
import {
  failedProbe,
  listenerParameters,
  listeningPort,
  parseProbe,
} from '../../../../src/engine/preflight/facts/bandwidth-probe.ts';
import senderScript from '../../../../src/engine/preflight/facts/bandwidth-sender.sh?raw';

/** Runs listener and sender on this machine. The listener finds only the programs in its path. */
function measure(
  ports: readonly number[],
  { bytes = 4 << 20, life = 5, address = '127.0.0.1', path = process.env['PATH'] ?? '' } = {},
): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const listener = spawn('env', [`PATH=${path}`, 'sh', '-s'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let stdout = '';
    let connection: Promise<string> | undefined;
    listener.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const port = listeningPort(stdout);
      if (port !== undefined) connection ??= send(address, port, bytes);
    });
    listener.on('error', reject);
    listener.on('close', (status) => {
      (connection ?? Promise.resolve('')).then((said) => {
        resolve({ status, stdout: `${stdout}${said}` });
      }, reject);
    });
    listener.stdin.end(
      `set -- ${scriptWords(...listenerParameters(address, life, ports.map(String)))}\n${listenerScript}`,
    );
  });
}

async function send(address: string, port: string, bytes: number): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', [
    ...['-c', senderScript, 'bash', address, port],
    ...[String(bytes), '2'],
  ]);
  return stdout;
}

/** A free port, or one that is taken as long as the server runs. */
async function taken(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

async function free(): Promise<number> {
  const { server, port } = await taken();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the measurement of the bandwidth', () => {
  it('counts what comes through on a free port, past one that is taken, and ends', async () => {
    const { server, port } = await taken();
    const other = await free();
    try {
      const { status, stdout } = await measure([port, other]);
      expect(stdout).toMatch(/^accepted\n/m);
      expect(stdout).toMatch(/^received \d+ \d+$/m);
      expect(stdout).toMatch(/^tenths( \d+)+$/m);
      expect(status).toBe(0);
      expect(parseProbe(stdout)?.bytesPerSecond).toBeGreaterThan(0);
    } finally {
      server.close();
    }
  });

  it('listens with perl where there is no python', async () => {
    const path = mkdtempSync(join(tmpdir(), 'cockpit-migrate-path-'));
    try {
      for (const program of ['sh', 'timeout', 'perl']) {
        const found = execFileSync('sh', ['-c', 'PATH=/usr/bin:/bin command -v "$1"', 'sh', program]);
        symlinkSync(found.toString().trim(), join(path, program));
      }
      const { status, stdout } = await measure([await free()], { path });
      expect(parseProbe(stdout)?.bytesPerSecond).toBeGreaterThan(0);
      expect(stdout).toMatch(/^tenths( \d+)+$/m);
      expect(status).toBe(0);
      // Without either program it says so at once, and no process is left.
      rmSync(join(path, 'perl'));
      const none = await measure([await free()], { path });
      expect(none).toEqual({ status: 0, stdout: 'no listener\n' });
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  it('listens on all addresses where the host lacks the one that was asked for', async () => {
    const port = await free();
    const listener = spawn('sh', ['-s'], { stdio: ['pipe', 'pipe', 'ignore'] });
    // An address for documentation (RFC 5737), which no host has.
    listener.stdin.end(
      `set -- ${scriptWords(...listenerParameters('192.0.2.1', 5, [String(port)]))}\n${listenerScript}`,
    );
    let stdout = '';
    listener.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    await expect.poll(() => listeningPort(stdout), { timeout: 20_000 }).toBe(String(port));
    const sent = await send('127.0.0.1', String(port), 1 << 20);
    await expect
      .poll(() => parseProbe(stdout + sent)?.bytesPerSecond, { timeout: 20_000 })
      .toBeGreaterThan(0);
  }, 60_000);

  it('goes over IPv6 too', async () => {
    const { status, stdout } = await measure([await free()], { address: '::1' });
    const loopbacks = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
    // It also has to end on a machine without IPv6.
    const present = loopbacks.some(({ address }) => address === '::1');
    expect([status, parseProbe(stdout) !== undefined]).toEqual(
      present ? [0, true] : [expect.any(Number), false],
    );
  });

  it('is missing if no port is free', async () => {
    const { server, port } = await taken();
    try {
      const { status, stdout } = await measure([port]);
      expect(status).not.toBe(0);
      expect(parseProbe(stdout)).toBeUndefined();
    } finally {
      server.close();
    }
  });
});

describe('a measurement in which nothing came', () => {
  it('tells who got a connection', () => {
    const up = 'listening 49215\n';
    expect(failedProbe('no free port\n', '')).toEqual({ kind: 'not-listening', said: 'no free port' });
    const nothing = { kind: 'nothing-came', port: '49215' };
    expect(failedProbe(up, '')).toEqual({ ...nothing, connected: false, accepted: false });
    expect(failedProbe(up, 'connected\n')).toEqual({ ...nothing, connected: true, accepted: false });
    expect(failedProbe(`${up}accepted\n`, 'connected\nconnection ESTAB\n')).toEqual({
      ...nothing,
      connected: true,
      accepted: true,
    });
  });
});

describe('parseProbe', () => {
  it('reads bytes, time, round trip and the largest packet', () => {
    const text =
      'listening 49215\nconnection ESTAB 0 2500000 10.0.0.1:40000 10.0.0.2:49215 cubic wscale:7,7 rto:204 rtt:41.5/2.2 mss:1448 pmtu:1500 rcvmss:536 minrtt:0.35\nreceived 12500000 1000000000\n';
    expect(parseProbe(text)).toEqual({
      bytesPerSecond: 12.5e6,
      roundTripMilliseconds: 0.35,
      mtu: 1500,
    });
  });

  it('has no round trip where ss is missing, and nothing of a connection that carried nothing', () => {
    expect(parseProbe('connection\nreceived 1000 1000000\n')).toEqual({ bytesPerSecond: 1e6 });
    expect(parseProbe('received 0 0\n')).toBeUndefined();
  });

  it('ignores a moment in which a host was busy', () => {
    const received = 'received 9000000 1050000000\n';
    const busy = 'tenths 3000000 1000000 1000000 0 100000 1000000 1000000 900000 1000000 0\n';
    expect(parseProbe(`${busy}${received}`)?.bytesPerSecond).toBe(1e7);
    // Too few values, no valid value, or a link that is idle most of the time: the mean is used.
    const mean = 9e6 / 1.05;
    for (const tenths of ['tenths 9 9 9 9\n', 'tenths\n', 'tenths 1 2 x\n', `tenths 9${' 0'.repeat(9)}\n`])
      expect(parseProbe(`${tenths}${received}`)?.bytesPerSecond).toBe(mean);
    expect(parseProbe('no free port\n')).toBeUndefined();
  });
});
