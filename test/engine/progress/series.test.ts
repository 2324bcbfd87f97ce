// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noProgress } from '../../../src/engine/progress/progress.ts';
import {
  mostPoints,
  type ProgressPoint,
  remainingAt,
  rowsOf,
  withProgress,
} from '../../../src/engine/progress/series.ts';

const told = (
  points: readonly ProgressPoint[],
  elapsedMilliseconds: number,
  remainingBytes: number,
): readonly ProgressPoint[] =>
  withProgress(points, {
    ...noProgress,
    elapsedMilliseconds,
    memoryTotalBytes: 2e12,
    remainingBytes,
    throughputBytesPerSecond: 7,
    dirtyBytesPerSecond: 3,
  });

describe('the points of a running migration', () => {
  it('are what libvirt told, in the order of time', () => {
    const points = told(told([], 1000, 50), 2000, 40);
    expect(points).toEqual([
      { milliseconds: 1000, remainingBytes: 50, throughputBytesPerSecond: 7, dirtyBytesPerSecond: 3 },
      { milliseconds: 2000, remainingBytes: 40, throughputBytesPerSecond: 7, dirtyBytesPerSecond: 3 },
    ]);
  });

  it('begin when libvirt tells how much there is: before that nothing would seem to remain', () => {
    expect(withProgress([], { ...noProgress, elapsedMilliseconds: 1600 })).toEqual([]);
    const disks = { totalBytes: 90, remainingBytes: 80 };
    expect(
      withProgress([], { ...noProgress, elapsedMilliseconds: 1600, remainingBytes: 180, disks }),
    ).toMatchObject([{ milliseconds: 1600, remainingBytes: 180 }]);
  });

  it('are the same where nothing is new, and take later figures of the same moment', () => {
    const points = told([], 1000, 50);
    expect(told(points, 1000, 50)).toBe(points);
    expect(told(points, 900, 45)).toBe(points);
    expect(told(points, 1000, 45)).toMatchObject([{ milliseconds: 1000, remainingBytes: 45 }]);
  });

  it('are never too many, keep the first and the last one, and how far down it came and up again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wait: fc.integer({ min: 1, max: 60_000 }), left: fc.nat(1e12) }), {
          minLength: 1,
          maxLength: 1000,
        }),
        (samples) => {
          let now = 0;
          let points: readonly ProgressPoint[] = [];
          for (const { wait, left } of samples) {
            now += wait;
            points = told(points, now, left);
            expect(points.length).toBeLessThanOrEqual(mostPoints);
          }
          const times = points.map(({ milliseconds }) => milliseconds);
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
          expect(times[0]).toBe(samples[0]?.wait);
          expect(points.at(-1)).toMatchObject({ milliseconds: now, remainingBytes: samples.at(-1)?.left });
          const left = samples.map((each) => each.left);
          const kept = points.map(({ remainingBytes }) => remainingBytes);
          expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...left), Math.max(...left)]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are spread over all of a long migration', () => {
    let points: readonly ProgressPoint[] = [];
    for (let second = 1; second <= 36_000; second += 1)
      points = told(points, second * 1000, (second % 60) * 100);
    const gaps = points
      .slice(1)
      .map((point, index) => point.milliseconds - (points[index]?.milliseconds ?? 0));
    expect(points.length).toBeGreaterThan(mostPoints / 4);
    // The points are even: no gap is a tenth of the time.
    expect(Math.max(...gaps)).toBeLessThan(3_600_000);
  });

  it('are a few rows for those who read them', () => {
    let points: readonly ProgressPoint[] = [];
    for (let second = 1; second <= 100; second += 1) points = told(points, second * 1000, 100 - second);
    const rows = rowsOf(points, 10);
    expect(rows).toHaveLength(10);
    expect([rows[0], rows.at(-1)]).toEqual([points[0], points.at(-1)]);
    expect(rowsOf(rows, 10)).toBe(rows);
  });
});

describe('what was forecast for a moment', () => {
  const course = [
    { milliseconds: 1000, remainingBytes: 100 },
    { milliseconds: 3000, remainingBytes: 50 },
    { milliseconds: 3000, remainingBytes: 70 },
    { milliseconds: 4000, remainingBytes: 0 },
  ];

  it('lies between its points, and at its ends before and after', () => {
    expect([0, 1000, 2000, 3000, 3500, 4000, 9000].map((at) => remainingAt(course, at))).toEqual([
      100, 100, 75, 50, 35, 0, 0,
    ]);
    expect(remainingAt([], 1000)).toBeUndefined();
  });
});
