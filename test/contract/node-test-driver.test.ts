// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePlatform } from '../../src/platform/node.ts';
import { waitFor } from '../lab/lab.ts';
import { Echo, matchRules } from './echo.ts';
import { describePlatform, type Surroundings } from './platform-contract.ts';

/** A port that nobody listens on at the moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('No port'));
      });
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else
      child.once('exit', () => {
        resolve();
      });
  });
}

/** A bus of our own with libvirt-dbus on it, whose object /org/libvirt/Test is libvirt's test driver. */
async function make(): Promise<Surroundings> {
  const directory = mkdtempSync(join(tmpdir(), 'contract-'));
  const address = `unix:path=${directory}/bus`;
  const echo = new Echo(address);
  const children: ChildProcess[] = [];
  const platform = nodePlatform({ systemBusAddress: address, sessionBusAddress: address });
  const startBus = async (): Promise<void> => {
    rmSync(`${directory}/bus`, { force: true });
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', `--address=${address}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.unshift(bus);
    await waitFor(
      'the bus',
      async () => (await platform.run(['test', '-S', `${directory}/bus`])).exitCode === 0,
    );
  };
  await startBus();
  children.push(
    spawn('libvirt-dbus', ['--session'], {
      env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: directory, HOME: directory },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  await waitFor('libvirt-dbus', async () => {
    const bus = platform.dbus('session', 'org.freedesktop.DBus');
    const [owned] = await bus.call({
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'NameHasOwner',
      signature: 's',
      args: ['org.libvirt'],
    });
    bus.close();
    return owned === true;
  });
  await echo.start();
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listening = server.address();
  if (listening === null || typeof listening === 'string') throw new Error('No port');
  const secret = join(directory, 'secret');
  writeFileSync(secret, 'secret', { mode: 0o600 });
  return {
    platform,
    bus: 'session',
    libvirt: { bus: 'session', path: '/org/libvirt/Test' },
    echo,
    busDaemon: {
      start: startBus,
      kill: async () => {
        const [bus] = children;
        bus?.kill('SIGKILL');
        if (bus !== undefined) await ended(bus);
      },
    },
    matchRules: () => matchRules(address),
    tcp: { connected: ['127.0.0.1', listening.port], refused: ['127.0.0.1', await freePort()] },
    denied: {
      platform: nodePlatform({ prefix: ['setpriv', '--reuid=65534', '--clear-groups'] }),
      path: secret,
    },
    stop: async () => {
      await echo.kill();
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map(ended));
      server.close();
      rmSync(directory, { recursive: true });
    },
  };
}

describePlatform('Node with the test driver of libvirt', 'processes', make);
