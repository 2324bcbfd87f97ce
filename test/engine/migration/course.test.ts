// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';
import { reduce } from '../../../src/engine/migration/reducer.ts';
import type { RunEvent } from '../../../src/engine/migration/run-event.ts';
import { migrationOf, orderedRun } from '../../../src/engine/migration/run-state.ts';
import type { MigrationTuning } from '../../../src/engine/plan/tuning.ts';
import { noProgress } from '../../../src/engine/progress/progress.ts';
import { convergingForecast } from '../forecast-fixture.ts';
import { sampleEvents, vm } from './run-samples.ts';

it('is drawn from what libvirt tells, kept to the end, and from what was forecast, disks before memory', () => {
  const made = convergingForecast(34_000);
  if (made.kind !== 'converges') throw new Error('no forecast');
  const forecast = {
    ...made,
    diskBytes: 100,
    course: [
      { milliseconds: 500, remainingBytes: 50 },
      { milliseconds: 900, remainingBytes: 0 },
    ],
  };
  const ordered = orderedRun({ vm, destination: 'qemu+ssh://beta/system', temporary: false }, forecast);
  expect(migrationOf(ordered)).not.toHaveProperty('points');
  const told = (elapsedMilliseconds: number, remainingBytes: number): RunEvent => ({
    kind: 'job-copying',
    progress: { ...noProgress, elapsedMilliseconds, remainingBytes, memoryTotalBytes: 40 },
    stalled: false,
  });
  const end = [
    sampleEvents.started,
    told(1000, 40),
    told(1000, 40),
    told(2000, 30),
    sampleEvents['call-succeeded'],
    sampleEvents['hosts-answered'],
  ].reduce(reduce, ordered);
  const shown = migrationOf(end);
  expect(shown.state.phase).toBe('done');
  expect(shown.points).toMatchObject([
    { milliseconds: 1000, remainingBytes: 40 },
    { milliseconds: 2000, remainingBytes: 30 },
  ]);
  expect(shown.forecastCourse).toEqual([{ milliseconds: 0, remainingBytes: 150 }, ...forecast.course]);
});

it('is compared with a link that was measured and not limited, before the start or since', () => {
  const destination = 'qemu+ssh://beta/system';
  const made = convergingForecast(34_000);
  const measured = (tuning: MigrationTuning, ...events: readonly RunEvent[]): number | undefined =>
    migrationOf(
      [sampleEvents.started, sampleEvents['job-copying'], ...events].reduce(
        reduce,
        orderedRun({ vm, destination, temporary: false, tuning }, made),
      ),
    ).measuredBytesPerSecond;
  expect(measured({})).toBe(110 * 1024 ** 2);
  expect(measured({ bandwidthLimitBytesPerSecond: 1 })).toBeUndefined();
  const limit: RunEvent = {
    kind: 'steer-asked',
    action: { kind: 'bandwidth-limit', bytesPerSecond: 1 },
    by: 'admin',
    at: '2026-11-28T10:00:05.000Z',
  };
  expect(measured({}, limit)).toBeUndefined();
});
