// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forecast, narrowForecast } from '../../../../src/engine/forecast/index.ts';
import type { TrackRecord } from '../../../../src/engine/forecast/track-record.ts';
import { planFor } from '../../../../src/engine/plan/index.ts';
import { dirtyRateCheck } from '../../../../src/engine/preflight/checks/dirty-rate.ts';
import type { FactResult } from '../../../../src/engine/preflight/fact.ts';
import type { Bandwidth } from '../../../../src/engine/preflight/facts/bandwidth.ts';
import type { DirtyRate } from '../../../../src/engine/preflight/facts/dirty-rate.ts';
import type { MemorySample } from '../../../../src/engine/preflight/facts/memory-sample.ts';
import { forecastFrom } from '../../../../src/engine/preflight/forecast-from-facts.ts';
import { choices, domain } from '../../fixtures.ts';
import { missing, testCheck } from '../../test-check.ts';

const MiB = 1024 * 1024;
const facts = (
  writes: number,
  carries: number,
  more: { dirty?: Partial<DirtyRate>; link?: Partial<Bandwidth> } = {},
): {
  domain: ReturnType<typeof domain>;
  dirtyRate: DirtyRate;
  bandwidth: Bandwidth;
  memory: FactResult<MemorySample>;
  track: FactResult<TrackRecord>;
} => ({
  domain: domain(),
  dirtyRate: {
    bytesPerSecond: writes * MiB,
    seconds: 1,
    points: [{ seconds: 1, bytes: writes * MiB }],
    measured: true,
    ...more.dirty,
  },
  memory: missing,
  track: missing,
  bandwidth: { bytesPerSecond: carries * MiB, source: 'measured', ...more.link },
});

testCheck(dirtyRateCheck, [
  {
    name: 'idle',
    facts: facts(0, 9.5),
    verdict: 'pass',
    found: /Writes 0 MiB\/s; the link carries 9.5 MiB\/s/,
  },
  { name: 'paused', facts: facts(0, 9.5, { dirty: { measured: false } }), verdict: 'pass' },
  {
    name: 'an assumed link',
    facts: facts(1, 125, { link: { source: 'nominal' } }),
    verdict: 'pass',
    also: (finding) => {
      expect(JSON.stringify(finding.details)).toContain('This was not measured');
    },
  },
  {
    name: 'close',
    facts: facts(80, 100),
    verdict: 'warn',
    found: /With a little more load this migration will not finish/,
  },
  {
    name: 'a little too fast',
    facts: facts(10, 9.5),
    verdict: 'warn',
    found: /finishes only in a quiet moment/,
  },
  {
    name: 'faster than the link',
    facts: facts(20, 9.5),
    verdict: 'block',
    found: /Writes 20 MiB\/s; the link carries 9.5 MiB\/s/,
    also: (finding) => {
      expect(finding).toMatchObject({ override: {}, remedies: [{ action: { kind: 'pause-vm' } }, {}, {}] });
    },
  },
]);

/** The dirty memory after some windows, of a VM that writes to new memory and, `again`, to the same memory. In MiB per second. */
function steady(fresh: number, again: number, windows: readonly number[], pageBytes: number): DirtyRate {
  const points = windows.map((seconds) => ({
    seconds,
    bytes: Math.min(again, again * 4 * seconds) * MiB + fresh * seconds * MiB,
    bytesPerSample: pageBytes,
  }));
  return { bytesPerSecond: (fresh + again) * MiB, seconds: Math.max(...windows), points, measured: true };
}

const short = [0.25, 0.5, 1];
const all = [...short, 2, 4, 8];

describe('what one second of measuring settles', () => {
  const settled = (rate: DirtyRate, carries: number, tuning = {}): string | undefined =>
    dirtyRateCheck.settle?.(
      { domain: domain(), dirtyRate: { ...rate, more: true }, bandwidth: facts(0, carries).bandwidth },
      { memory: missing, track: missing },
      planFor({ ...choices, tuning }),
    )?.verdict;

  it('is that a nearly idle VM arrives', () => {
    expect(settled(steady(0.5, 2, short, 16_384), 110)).toBe('pass');
  });

  it('is that a VM which writes many times what the link carries does not', () => {
    expect(settled(steady(100, 100, short, 16_384), 10)).toBe('block');
  });

  it('is nothing near the break-even, or where the link may be too slow for what a small sample missed', () => {
    expect(settled(steady(20, 40, short, 16_384), 100)).toBeUndefined();
    expect(settled(steady(0, 0, [1], 2 * MiB), 10)).toBeUndefined();
    expect(settled(steady(0, 0, [1], 2 * MiB), 1000)).toBe('pass');
  });

  it('is never another verdict than at the end, of a VM with a steady load', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.double({ min: 1, max: 1000, noNaN: true }),
        (fresh, again, carries) => {
          const early = settled(steady(fresh, again, short, 16_384), carries);
          seen.set(String(early), (seen.get(String(early)) ?? 0) + 1);
          if (early === undefined) return;
          const end = dirtyRateCheck.judgeFacts(
            { ...facts(0, carries), dirtyRate: steady(fresh, again, all, 16_384) },
            planFor(choices),
          );
          expect(end.verdict).toBe(early);
        },
      ),
      { numRuns: 150 },
    );
    // Otherwise the test would also pass if nothing were ever settled.
    for (const verdict of ['pass', 'block', 'undefined']) expect(seen.get(verdict) ?? 0).toBeGreaterThan(2);
  }, 60_000);

  it('has a range in which the forecast at the end is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (fresh, again) => {
          const of = (dirtyRate: DirtyRate): Forecast | undefined => {
            const { domain: vm, bandwidth } = facts(0, 100);
            return forecastFrom(
              {
                domain: { available: true, value: vm },
                dirtyRate: { available: true, value: dirtyRate },
                bandwidth: { available: true, value: bandwidth },
                memory: missing,
                track: missing,
                copies: { available: true, value: { disks: [], unfit: [], asRoot: true } },
              },
              {},
            );
          };
          const early = of({ ...steady(fresh, again, short, 16_384), more: true });
          const end = of(steady(fresh, again, all, 16_384));
          if (early === undefined) return;
          expect(end?.kind).toBe(early.kind);
          if (early.kind !== 'converges' || end?.kind !== 'converges') return;
          const { low, high } = early.totalMilliseconds;
          expect(end.totalMilliseconds.likely).toBeGreaterThanOrEqual(low);
          expect(end.totalMilliseconds.likely).toBeLessThanOrEqual(high);
          const { totalMilliseconds: said } = narrowForecast(early, end) as typeof end;
          expect(said.low).toBeGreaterThanOrEqual(low);
          expect(said.high).toBeLessThanOrEqual(high);
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});
