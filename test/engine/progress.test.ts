// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MigrationProgress } from '../../src/engine/migration-state.ts';
import { nextProgress } from '../../src/engine/progress.ts';
import { job } from './job-fixture.ts';

test('the share is what does not remain', () => {
  expect(nextProgress(undefined, job({ dataTotal: 200, dataRemaining: 50 }), 0).percent).toBe(75);
});

test('nothing is known before there is a total', () => {
  expect(nextProgress(undefined, job({ dataTotal: 0, dataRemaining: 0 }), 0).percent).toBe(0);
});

test('100 is left for the end', () => {
  expect(nextProgress(undefined, job({ dataTotal: 200, dataRemaining: 0 }), 0).percent).toBe(99);
});

test('while disks are copied the memory is still to come', () => {
  const disks = { dataTotal: 300, dataRemaining: 0, diskTotal: 300, diskRemaining: 0 };
  const first = nextProgress(undefined, job(disks), 100);
  expect(first).toMatchObject({ percent: 75, disks: { totalBytes: 300, remainingBytes: 0 } });
  const memory = { ...disks, dataTotal: 400, dataRemaining: 50, memoryTotal: 100, memoryRemaining: 50 };
  expect(nextProgress(first, job(memory), 100).percent).toBe(87);
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
