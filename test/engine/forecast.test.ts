// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ForecastInput, forecastCopy } from '../../src/engine/forecast.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

const input: ForecastInput = {
  memoryBytes: GiB,
  dirtyBytesPerSecond: 0,
  dirtyWindowMilliseconds: 1000,
  bandwidthBytesPerSecond: 100 * MiB,
  bandwidthAssumed: false,
};

describe('forecastCopy', () => {
  it('sends an idle VM once', () => {
    const forecast = forecastCopy(input);
    expect(forecast).toMatchObject({ kind: 'converges', passes: 1, downtimeMilliseconds: 0 });
    if (forecast.kind !== 'converges') return;
    // 10.24 s for 1 GiB, and 8 bytes for each page.
    expect(forecast.totalMilliseconds.high).toBeCloseTo(10260, -1);
    expect(forecast.sentBytes).toBe(Math.round(GiB * (1 + 8 / 4096)));
  });

  it('adds up the passes of a VM that writes half of what the link carries', () => {
    const forecast = forecastCopy({ ...input, dirtyBytesPerSecond: 50 * MiB });
    // 10.24 + 5.12 + 2.56 + ... : about twice the first pass.
    expect(forecast).toMatchObject({ kind: 'converges' });
    if (forecast.kind !== 'converges') return;
    expect(forecast.totalMilliseconds.low).toBeGreaterThan(19_000);
    expect(forecast.totalMilliseconds.low).toBeLessThan(21_000);
    expect(forecast.downtimeMilliseconds).toBeLessThanOrEqual(300);
    expect(forecast.passes).toBeGreaterThanOrEqual(6);
  });

  it('sees that it never ends, and what the link would have to carry', () => {
    const forecast = forecastCopy({ ...input, dirtyBytesPerSecond: 150 * MiB });
    expect(forecast.kind).toBe('does-not-converge');
    if (forecast.kind !== 'does-not-converge') return;
    expect(forecast.breakEvenBytesPerSecond / MiB).toBeGreaterThan(149);
    expect(forecast.breakEvenBytesPerSecond / MiB).toBeLessThan(160);
  });

  it('ends for a small memory that fits into the pause, however busy', () => {
    const forecast = forecastCopy({ ...input, memoryBytes: 20 * MiB, dirtyBytesPerSecond: 500 * MiB });
    expect(forecast.kind).toBe('converges');
  });

  it('takes untouched memory for the best case only', () => {
    const forecast = forecastCopy({ ...input, residentBytes: 100 * MiB });
    if (forecast.kind !== 'converges') throw new Error(forecast.kind);
    expect(forecast.totalMilliseconds.low).toBeLessThan(1100);
    expect(forecast.totalMilliseconds.high).toBeGreaterThan(10_000);
  });

  it('is consistent for any figures', () => {
    const bytes = fc.integer({ min: MiB, max: 64 * GiB });
    fc.assert(
      fc.property(
        bytes,
        fc.integer({ min: 0, max: 4 * GiB }),
        fc.integer({ min: MiB, max: 4 * GiB }),
        (memory, dirty, link) => {
          const forecast = forecastCopy({
            ...input,
            memoryBytes: memory,
            dirtyBytesPerSecond: dirty,
            bandwidthBytesPerSecond: link,
          });
          if (forecast.kind === 'converges') {
            expect(forecast.totalMilliseconds.low).toBeLessThanOrEqual(forecast.totalMilliseconds.high);
            expect(forecast.downtimeMilliseconds).toBeLessThanOrEqual(300);
          } else {
            expect(forecast.breakEvenBytesPerSecond).toBeGreaterThan(link * 0.98);
            const enough = forecastCopy({
              ...input,
              memoryBytes: memory,
              dirtyBytesPerSecond: dirty,
              bandwidthBytesPerSecond: forecast.breakEvenBytesPerSecond * 1.02,
            });
            expect(enough.kind).toBe('converges');
          }
        },
      ),
    );
  });
});
