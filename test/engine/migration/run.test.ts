// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterEach, expect, it, vi } from 'vitest';
import { Cell } from '../../../src/engine/base/cell.ts';
import type { InventoryState } from '../../../src/engine/inventory/vm.ts';
import { MigrationRun } from '../../../src/engine/migration/run.ts';
import { PlatformError } from '../../../src/platform/platform.ts';
import { vm } from './run-samples.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** An inventory without a job of the VM, and a libvirt that answers as the test says. */
function setUp(answer: (signal?: AbortSignal) => Promise<{ state: number; reason: number }>): {
  readonly run: MigrationRun;
  readonly look: () => void;
  readonly asked: () => number;
} {
  const state = new Cell<InventoryState>({ kind: 'ready', vms: [], readOnly: false });
  const domain = { state: vi.fn(answer), metadata: () => Promise.resolve(undefined) };
  const inventory = {
    state,
    connection: { domain: () => domain },
    entry: () => undefined,
    follow: () => undefined,
    unfollow: () => undefined,
    refresh: () => undefined,
    stopDetail: () => undefined,
    isJobless: () => true,
    completedJob: () => undefined,
  };
  return {
    run: new MigrationRun(
      { run: () => Promise.reject(new PlatformError('not-found', 'no program here')) } as never,
      inventory as never,
      vm,
    ),
    look: () => {
      state.set({ kind: 'ready', vms: [], readOnly: false });
    },
    asked: () => domain.state.mock.calls.length,
  };
}

it('queries the VM again while libvirt does not answer, and then reports the result', async () => {
  vi.useFakeTimers();
  let answers = false;
  const { run, asked } = setUp(() =>
    answers ? Promise.resolve({ state: 1, reason: 0 }) : Promise.reject(new Error('no answer')),
  );
  run.attach();
  await vi.advanceTimersByTimeAsync(2500);
  expect(asked()).toBe(3);
  answers = true;
  await vi.advanceTimersByTimeAsync(1000);
  expect((await run.ended).state).toMatchObject({ phase: 'failed', failure: { original: 'no answer' } });
});

it('queries nothing after the page is closed', async () => {
  vi.useFakeTimers();
  const { run, look, asked } = setUp((signal) => {
    signal?.throwIfAborted();
    return Promise.reject(new Error('no answer'));
  });
  run.attach();
  run.stop();
  await vi.advanceTimersByTimeAsync(5000);
  look();
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked()).toBe(1);
  expect(run.hasEnded).toBe(false);
});
