// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';
import { readJob } from '../../../src/engine/inventory/job-poller.ts';
import { LibvirtConnection } from '../../../src/libvirt/connection.ts';
import { FakePlatform } from '../../libvirt/fake-platform.ts';

it('leaves no listener on its signal, however often a job was read', async () => {
  const platform = new FakePlatform();
  const connection = new LibvirtConnection(platform, 'system');
  const read = readJob(connection, '00000000-0000-4000-8000-000000000001');
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<AbortSignal['addEventListener']>): void => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<AbortSignal['removeEventListener']>): void => {
    listeners -= 1;
    remove(...args);
  };
  // The fake platform adds one of its own for each call and keeps it.
  const before = platform.calls.length;
  for (let round = 0; round < 12; round += 1) await read(signal).catch(() => undefined);
  expect(platform.calls.length - before).toBeGreaterThanOrEqual(12);
  expect(listeners - (platform.calls.length - before)).toBeLessThanOrEqual(0);
});
