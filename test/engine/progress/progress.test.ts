// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isStalled,
  type MigrationProgress,
  nextProgress,
  noProgress,
} from '../../../src/engine/progress/progress.ts';
import { job } from '../job-fixture.ts';

test('the share is what does not remain', () => {
  expect(nextProgress(undefined, job({ dataTotal: 200, dataRemaining: 50 }), 0).percent).toBe(75);
});

test('nothing is known before there is a total', () => {
  expect(nextProgress(undefined, job({ dataTotal: 0, dataRemaining: 0 }), 0).percent).toBe(0);
});

test('100 is left for the end', () => {
  expect(nextProgress(undefined, job({ dataTotal: 200, dataRemaining: 0 }), 0).percent).toBe(99);
});

test('while disks are copied, the memory still follows', () => {
  const disks = { dataTotal: 300, dataRemaining: 0, diskTotal: 300, diskRemaining: 0 };
  const first = nextProgress(undefined, job(disks), 100);
  expect(first).toMatchObject({
    percent: 75,
    remainingBytes: 100,
    disks: { totalBytes: 300, remainingBytes: 0 },
  });
  const memory = { ...disks, dataTotal: 400, dataRemaining: 50, memoryTotal: 100, memoryRemaining: 50 };
  expect(nextProgress(first, job(memory), 100)).toMatchObject({ percent: 87, remainingBytes: 50 });
});

test('it never goes backwards, whatever libvirt says', () => {
  const figures = fc.record({
    dataTotal: fc.nat(1e9),
    dataRemaining: fc.nat(2e9),
    dataProcessed: fc.nat(3e9),
    diskTotal: fc.nat(1e9),
    memoryTotal: fc.nat(1e9),
    elapsedMilliseconds: fc.nat(1e6),
    iteration: fc.nat(20),
  });
  fc.assert(
    fc.property(fc.array(figures, { minLength: 2 }), fc.nat(1e9), (jobs, memoryBytes) => {
      let previous: MigrationProgress | undefined;
      for (const each of jobs) {
        const next = nextProgress(previous, job(each), memoryBytes);
        expect(next.percent).toBeGreaterThanOrEqual(previous?.percent ?? 0);
        expect(next.percent).toBeLessThan(100);
        expect(next.pass).toBeGreaterThanOrEqual(previous?.pass ?? 1);
        expect(next.elapsedMilliseconds).toBeGreaterThanOrEqual(previous?.elapsedMilliseconds ?? 0);
        previous = next;
      }
    }),
  );
});

describe('a stalled migration', () => {
  const mib = 1024 ** 2;
  /** libvirt's figures in order: seconds, pass, MiB left. */
  const after = (...samples: readonly (readonly [number, number, number])[]): MigrationProgress =>
    samples.reduce<MigrationProgress>(
      (previous, [seconds, iteration, left]) =>
        nextProgress(
          previous,
          job({
            elapsedMilliseconds: seconds * 1000,
            iteration,
            dataTotal: 256 * mib,
            dataRemaining: left * mib,
            memoryTotal: 256 * mib,
            memoryRemaining: left * mib,
          }),
          0,
        ),
      noProgress,
    );
  // Figures of libvirt 9.0 for a guest that writes to 80 MiB, over 60 Mbit/s.
  const seen = [
    ...([
      [1, 1, 252],
      [23.9, 1, 4],
      [25, 2, 88],
      [37.2, 2, 4],
    ] as const),
    ...([
      [38.3, 3, 87],
      [44, 3, 48],
      [50.4, 3, 4],
    ] as const),
  ];

  test('is seen when the second pass after the nearest one leaves no less', () => {
    expect(isStalled(after(...seen))).toBe(false);
    const stuck = after(...seen, [51.6, 4, 88]);
    expect(isStalled(stuck)).toBe(true);
    expect(stuck.bestPass).toEqual({
      pass: 2,
      elapsedMilliseconds: 25_000,
      remainingBytes: 88 * mib,
      mostBytes: 88 * mib,
    });
  });

  test('is seen after one pass that took long', () => {
    expect(isStalled(after([1, 1, 250], [100, 2, 88], [131, 3, 88]))).toBe(true);
    expect(isStalled(after([1, 1, 250], [100, 2, 88], [129, 3, 88]))).toBe(false);
  });

  test('is not one whose passes leave less and less', () => {
    expect(isStalled(after([1, 1, 250], [40, 2, 88], [60, 3, 60], [70, 4, 40], [77, 5, 27]))).toBe(false);
  });

  test('is not one whose passes are short', () => {
    expect(isStalled(after([1, 1, 250], [40, 2, 3], [41, 9, 3], [42, 17, 3]))).toBe(false);
  });

  test('makes progress again when a pass leaves less, for example with less load in the guest', () => {
    expect(isStalled(after(...seen, [51.6, 4, 88], [64, 5, 30]))).toBe(false);
  });

  test('is not judged by the middle of a pass, where the page was opened', () => {
    expect(after([60, 4, 20]).bestPass).toBeUndefined();
    expect(isStalled(after([60, 4, 20], [62, 5, 30], [70, 6, 20], [76, 7, 13]))).toBe(false);
  });

  test('remembers the most that was left since', () => {
    expect(after(...seen, [51.6, 4, 95], [60, 4, 30]).bestPass?.mostBytes).toBe(95 * mib);
  });
});
