// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import {
  cautiousCurve,
  dirtyRateOf,
  hopefulCurve,
  likelyCurve,
} from '../../../src/engine/forecast/dirty-curve.ts';
import { type ForecastInput, firstPassBytes, forecastCopy } from '../../../src/engine/forecast/forecast.ts';
import type { Forecast, LeverName } from '../../../src/engine/forecast/result.ts';
import { forecastText, leversText } from '../../../src/engine/forecast/text.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

const input: ForecastInput = {
  memoryBytes: GiB,
  dirty: [],
  bandwidthBytesPerSecond: 100 * MiB,
  bandwidthSource: 'measured',
};

/** A VM that always writes to clean pages. */
function steady(rate: number): ForecastInput['dirty'] {
  return [{ seconds: 1, bytes: rate }];
}

function converging(given: ForecastInput): Extract<Forecast, { kind: 'converges' }> {
  const forecast = forecastCopy(given);
  if (forecast.kind !== 'converges') throw new Error(forecast.kind);
  return forecast;
}

function lever(given: ForecastInput, name: LeverName): ReturnType<typeof forecastCopy>['levers'][number] {
  const found = forecastCopy(given).levers.find((each) => each.lever === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe('the dirty curve', () => {
  const points = [
    { seconds: 1, bytes: 10 * MiB },
    { seconds: 2, bytes: 18 * MiB },
    { seconds: 4, bytes: 20 * MiB },
  ];

  it('goes through the points in straight lines and on with the last slope, up to all memory', () => {
    const curve = likelyCurve(points, 64 * MiB);
    const at = [0, 0.5, 1, 1.5, 2, 3, 4, 8, 100].map((seconds) => curve(seconds) / MiB);
    expect(at).toEqual([0, 5, 10, 14, 18, 19, 20, 24, 64]);
  });

  it('never falls, whatever the sample says', () => {
    const curve = likelyCurve([...points, { seconds: 8, bytes: 5 * MiB }], 64 * MiB);
    expect(curve(8)).toBe(20 * MiB);
    expect(curve(60)).toBe(20 * MiB);
  });

  it('is zero without measurements, and proportional with one window', () => {
    expect(likelyCurve([], GiB)(60)).toBe(0);
    expect(likelyCurve(steady(3 * MiB), GiB)(60)).toBe(180 * MiB);
  });

  it('has a cautious and a hopeful variant', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ seconds: fc.integer({ min: 1, max: 60 }), bytes: fc.nat(GiB) }), {
          maxLength: 5,
        }),
        fc.double({ min: 0, max: 120, noNaN: true }),
        fc.double({ min: 0, max: 120, noNaN: true }),
        (some, one, other) => {
          const [before, after] = [Math.min(one, other), Math.max(one, other)];
          for (const make of [likelyCurve, cautiousCurve, hopefulCurve]) {
            const curve = make(some, GiB);
            expect(curve(before)).toBeLessThanOrEqual(curve(after) + 1);
            expect(curve(after)).toBeLessThanOrEqual(GiB);
            expect(curve(0)).toBe(0);
          }
        },
      ),
    );
    expect(cautiousCurve(points, GiB)(0.5)).toBeGreaterThan(likelyCurve(points, GiB)(0.5));
    expect(hopefulCurve(points, GiB)(2)).toBeLessThan(18 * MiB);
  });

  it('has the rate of its longest window', () => {
    expect(dirtyRateOf(points)).toBe(10 * MiB);
    expect(dirtyRateOf([{ seconds: 4, bytes: 20 * MiB }])).toBe(5 * MiB);
    expect(dirtyRateOf([])).toBe(0);
  });
});

describe('forecastCopy', () => {
  it('has no pause, lever or lowest bandwidth for a paused VM', () => {
    const forecast = converging({ ...input, paused: true });
    const words = forecastText(forecast)
      .map((each) => plainText(each))
      .join(' ');
    expect(words).toContain('The VM is paused, so nothing is sent twice. Sends about 1 GiB.');
    expect(words).not.toMatch(/at the end|at least|or more|writes/);
    expect(leversText(forecast)).toEqual([]);
    expect(forecast.breakEvenBytesPerSecond).toBeGreaterThan(0);
  });

  it('counts pages of zeros as their header', () => {
    // 25600 pages of 4104 bytes and 236544 headers.
    expect(firstPassBytes(GiB, 100 * MiB)).toBe(25_600 * 4104 + 236_544 * 8);
    expect(firstPassBytes(GiB, 2 * GiB)).toBe(262_144 * 4104);
  });

  it('sends an idle VM once', () => {
    const forecast = converging(input);
    // 1 GiB x 4104 / 4096 at 100 MiB/s: 10.26 s. QEMU keeps what fits into the pause for the end: none is left dirty here.
    // And 0.8 s of libvirt's overhead, because no connection was timed.
    expect(forecast.totalMilliseconds).toEqual({ low: 11_060, likely: 11_060, high: 11_060 });
    expect(forecast.sentBytes).toBe(262_144 * 4104);
    expect(forecast.breakEvenBytesPerSecond).toBeLessThan(100);
  });

  it('has more overhead for hosts that take longer to connect to', () => {
    const of = (change: Partial<ForecastInput>): number =>
      converging({ ...input, ...change }).totalMilliseconds.likely;
    expect(of({ connectMilliseconds: 200 })).toBe(10_260 + 460);
    expect(of({ connectMilliseconds: 2000 })).toBe(10_260 + 4600);
    // Migrations between these hosts count more.
    const track = { migrations: 1, share: {}, overheadMilliseconds: 300 };
    expect(of({ connectMilliseconds: 2000, track })).toBe(10_260 + 300);
  });

  it('includes the time of copying disks', () => {
    const forecast = converging({ ...input, diskBytes: 500 * MiB });
    expect(forecast.totalMilliseconds.likely).toBe(16_060);
    expect(forecast.sentBytes).toBe(262_144 * 4104 + 500 * MiB);
  });

  it('adds up the passes of a VM that writes half of what the link carries', () => {
    const forecast = converging({ ...input, dirty: steady(50 * MiB) });
    // 10.26 + 5.14 + 2.58 + ... : twice the first pass, less what the pause saves.
    expect(forecast.totalMilliseconds.likely).toBeGreaterThan(20_200);
    expect(forecast.totalMilliseconds.likely).toBeLessThan(22_200);
    // QEMU stops as soon as the rest fits into 300 ms, not later.
    expect(forecast.downtimeMilliseconds).toBeGreaterThan(200);
    expect(forecast.downtimeMilliseconds).toBeLessThanOrEqual(300);
    expect(forecast.passes).toBeGreaterThanOrEqual(5);
  });

  it('converges for a working set that fits into the pause, however busy', () => {
    const dirty = [1, 2, 4, 8].map((seconds) => ({ seconds, bytes: 20 * MiB }));
    const forecast = converging({ ...input, dirty });
    // All of it once, then 20 MiB in the pause.
    expect(forecast.totalMilliseconds.likely).toBeLessThan(12_200);
    expect(forecastCopy({ ...input, memoryBytes: 20 * MiB, dirty: steady(500 * MiB) }).kind).toBe(
      'converges',
    );
  });

  it('does not converge for one that does not fit and is rewritten during its own pass', () => {
    // 80 MiB take 0.8 s, in which 80 of 80 MiB are dirtied again.
    const dirty = [1, 2].map((seconds) => ({ seconds, bytes: 80 * MiB }));
    expect(forecastCopy({ ...input, dirty: [{ seconds: 0.5, bytes: 80 * MiB }, ...dirty] }).kind).toBe(
      'does-not-converge',
    );
  });

  it('says that it does not converge, and which bandwidth it needs', () => {
    const forecast = forecastCopy({ ...input, dirty: steady(150 * MiB) });
    expect(forecast.kind).toBe('does-not-converge');
    expect(forecast.breakEvenBytesPerSecond / MiB).toBeGreaterThan(149);
    expect(forecast.breakEvenBytesPerSecond / MiB).toBeLessThan(153);
  });

  it('counts untouched memory at its real cost', () => {
    const forecast = converging({ ...input, nonZeroBytes: 100 * MiB });
    expect(forecast.totalMilliseconds.likely).toBe(1820);
  });

  it('has a course from all memory to nothing', () => {
    const { course } = converging({ ...input, dirty: steady(90 * MiB) });
    expect(course.length).toBeLessThanOrEqual(80);
    expect(course[0]).toEqual({ milliseconds: 800, remainingBytes: 262_144 * 4104 });
    expect(course.at(-1)?.remainingBytes).toBe(0);
    // With the memory that was changed meanwhile, it only decreases.
    const remaining = course.map(({ remainingBytes }) => remainingBytes);
    expect(remaining).toEqual([...remaining].sort((a, b) => b - a));
  });

  it('has a course that stays above what fits into the pause if it does not converge', () => {
    const { kind, course } = forecastCopy({ ...input, dirty: steady(150 * MiB) });
    expect(kind).toBe('does-not-converge');
    const fits = (input.bandwidthBytesPerSecond * 300) / 1000;
    expect(Math.min(...course.map(({ remainingBytes }) => remainingBytes))).toBeGreaterThan(fits);
  });

  const bytes = fc.integer({ min: MiB, max: 64 * GiB });
  const rates = fc.integer({ min: MiB, max: 4 * GiB });
  it('is consistent for any figures', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 4 * GiB }), rates, (memoryBytes, dirty, link) => {
        const given = { ...input, memoryBytes, dirty: steady(dirty), bandwidthBytesPerSecond: link };
        const forecast = forecastCopy(given);
        const { breakEvenBytesPerSecond } = forecast;
        const times = forecast.course.map((each) => each.milliseconds);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        if (forecast.kind === 'converges') {
          const { low, likely, high } = forecast.totalMilliseconds;
          expect(low).toBeLessThanOrEqual(likely);
          expect(likely).toBeLessThanOrEqual(high);
          expect(forecast.downtimeMilliseconds).toBeLessThanOrEqual(300);
          expect(forecast.sentBytes).toBeGreaterThanOrEqual(memoryBytes);
          expect(breakEvenBytesPerSecond).toBeLessThanOrEqual(link * 1.02);
        } else {
          expect(breakEvenBytesPerSecond).toBeGreaterThan(link * 0.98);
          const enough = { ...given, bandwidthBytesPerSecond: breakEvenBytesPerSecond * 1.02 };
          expect(forecastCopy(enough).kind).toBe('converges');
        }
      }),
    );
  });

  it('needs no less time for more memory or disks, and no more for twice the bandwidth', () => {
    fc.assert(
      fc.property(bytes, rates, fc.double({ min: 0, max: 0.9, noNaN: true }), (memoryBytes, link, share) => {
        const given = {
          ...input,
          memoryBytes,
          dirty: steady(link * share),
          bandwidthBytesPerSecond: link,
        };
        const { likely } = converging(given).totalMilliseconds;
        // Half a second, because QEMU checks the dirty memory every 50 ms.
        const slack = 500;
        const twice = { ...given, bandwidthBytesPerSecond: 2 * link };
        expect(converging(twice).totalMilliseconds.likely).toBeLessThanOrEqual(likely + slack);
        const more = { ...given, memoryBytes: memoryBytes * 2 };
        expect(converging(more).totalMilliseconds.likely).toBeGreaterThanOrEqual(likely - slack);
      }),
    );
  });
});

describe('the levers', () => {
  const endless = { ...input, dirty: steady(150 * MiB) };

  it('of a migration that does not converge', () => {
    const throttled = lever(endless, 'auto-converge');
    expect(throttled).toMatchObject({ converges: true, confidence: 'estimate' });
    // Below 100 MiB/s it writes when it has lost a third of its time: QEMU's steps are 20, 30, 40 %.
    expect(throttled.throttlePercent).toBeGreaterThanOrEqual(40);
    // 10.26 s for all of it, and once more, for all was dirtied meanwhile.
    expect(lever(endless, 'post-copy')).toMatchObject({ converges: true, totalMilliseconds: 21_320 });
    expect(lever(endless, 'bandwidth-limit')).toMatchObject({ converges: false });
    expect(lever(endless, 'pause-vm')).toMatchObject({
      converges: true,
      totalMilliseconds: 11_060,
      downtimeMilliseconds: 11_060,
    });
    const longer = lever(endless, 'longer-pause');
    expect(longer.converges).toBe(true);
    expect(longer.allowedMilliseconds).toBeGreaterThan(300);
    expect(longer.downtimeMilliseconds).toBeLessThanOrEqual(longer.allowedMilliseconds ?? 0);
  });

  it('of one that converges', () => {
    const busy = { ...input, dirty: steady(50 * MiB) };
    const { likely } = converging(busy).totalMilliseconds;
    const longer = lever(busy, 'longer-pause');
    expect(longer).toMatchObject({ converges: true, allowedMilliseconds: 1000, confidence: 'computed' });
    expect(longer.totalMilliseconds).toBeLessThan(likely);
    // At half of 100 MiB/s it would write as fast as it is sent.
    expect(lever(busy, 'bandwidth-limit')).toMatchObject({ limitBytesPerSecond: 50 * MiB, converges: false });
    expect(lever({ ...input, dirty: steady(10 * MiB) }, 'bandwidth-limit').converges).toBe(true);
  });
});
