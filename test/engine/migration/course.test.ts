// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';
import { reduce } from '../../../src/engine/migration/reducer.ts';
import type { RunEvent } from '../../../src/engine/migration/run-event.ts';
import { migrationOf, orderedRun } from '../../../src/engine/migration/run-state.ts';
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
    progress: { ...noProgress, elapsedMilliseconds, remainingBytes },
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
