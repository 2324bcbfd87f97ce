// SPDX-License-Identifier: LGPL-2.1-or-later
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { nodePlatform } from '../../src/platform/node.ts';
import { Echo, matchRules } from './echo.ts';
import { type ContractEnvironment, describePlatform } from './platform-contract.ts';
import { TestDriver } from './test-driver.ts';

/** A port without a listener. */
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

async function make(): Promise<ContractEnvironment> {
  const driver = await TestDriver.start();
  const echo = new Echo(driver.address);
  await echo.start();
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listening = server.address();
  if (listening === null || typeof listening === 'string') throw new Error('No port');
  const secret = join(driver.directory, 'secret');
  writeFileSync(secret, 'secret', { mode: 0o600 });
  return {
    platform: driver.platform,
    bus: 'session',
    libvirt: { bus: 'session', path: '/org/libvirt/Test' },
    echo,
    busDaemon: { start: () => driver.startBus(), kill: () => driver.killBus() },
    matchRules: () => matchRules(driver.address),
    tcp: { connected: ['127.0.0.1', listening.port], refused: ['127.0.0.1', await freePort()] },
    denied: {
      platform: nodePlatform({ prefix: ['setpriv', '--reuid=65534', '--clear-groups'] }),
      path: secret,
    },
    stop: async () => {
      await echo.kill();
      await driver.stop();
      server.close();
    },
  };
}

describePlatform('Node with the test driver of libvirt', 'processes', make);
