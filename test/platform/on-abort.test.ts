// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';
import { nodePlatform } from '../../src/platform/node.ts';
import { onAbort } from '../../src/platform/on-abort.ts';

it('calls each listener once, and none that was removed', () => {
  const controller = new AbortController();
  const called: string[] = [];
  const first = onAbort(controller.signal, () => called.push('first'));
  onAbort(controller.signal, () => called.push('second'));
  const third = onAbort(controller.signal, () => called.push('third'));
  third();
  controller.abort();
  first();
  expect(called).toEqual(['first', 'second']);
});

it('one signal ends sixty-four attempts and programs without a warning of Node', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error): void => {
    warnings.push(warning);
  };
  process.on('warning', hear);
  try {
    const platform = nodePlatform();
    const controller = new AbortController();
    const { signal } = controller;
    const ended = Promise.allSettled([
      ...Array.from({ length: 64 }, (_, index) =>
        platform.connectTcp('127.0.0.1', 49_152 + index, { timeoutMilliseconds: 5000, signal }),
      ),
      ...Array.from({ length: 12 }, () => platform.run(['sleep', '60'], { signal })),
    ]);
    controller.abort();
    const outcomes = await ended;
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(76);
    // Node emits a warning in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', hear);
  }
});
