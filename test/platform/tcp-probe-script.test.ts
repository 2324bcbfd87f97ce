// SPDX-License-Identifier: LGPL-2.1-or-later
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import script from '../../src/platform/tcp-probe.sh?raw';

async function listen(): Promise<{ server: Server; port: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: String(address.port) };
}

describe('tcp-probe.sh', () => {
  it('has a line for each attempt, together and alone', async () => {
    const open = await listen();
    const closed = await listen();
    await new Promise((resolve) => closed.server.close(resolve));
    try {
      for (const mode of ['together', 'alone']) {
        const { stdout } = await promisify(execFile)('bash', [
          ...['-c', script, 'bash', mode, '5'],
          ...['127.0.0.1', open.port, '127.0.0.1', closed.port, '127.0.0.1', open.port],
        ]);
        const lines = stdout.trimEnd().split('\n').sort();
        // Other ICMP messages to this machine make a refusal doubtful.
        expect(lines).toEqual([
          '0 connected',
          expect.stringMatching(mode === 'alone' ? /^1 (refused|rejected)$/ : /^1 (refused|doubtful)$/),
          '2 connected',
        ]);
      }
    } finally {
      open.server.close();
    }
  });
});
