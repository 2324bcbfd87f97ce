// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, test } from 'vitest';
import { formatBytes, formatTick } from '../../../src/ui/common/format.ts';
import { byteTicks, timeTicks } from '../../../src/ui/forecast/chart-scale.ts';

const hour = 3_600_000;

describe('the marks of the axes', () => {
  test.each([
    [1400, 3, ['0 ms', '500 ms', '1,000 ms']],
    [24_000, 6, ['0 s', '5 s', '10 s', '15 s', '20 s']],
    [77_550, 3, ['0 s', '20 s', '40 s', '60 s']],
    [1_791_450, 6, ['0 min', '5 min', '10 min', '15 min', '20 min', '25 min']],
    [5 * hour, 3, ['0 h', '2 h', '4 h']],
    [500 * hour, 3, ['0 h', '168 h', '336 h']],
  ])('a time of %i ms', (most, count, marks) => {
    const { step, values } = timeTicks(most, count);
    expect(values.map((value) => formatTick(value, step))).toEqual(marks);
  });

  test.each([
    [2052, ['1 GiB', '2 GiB']],
    [1026, ['512 MiB', '1 GiB']],
    [257, ['128 MiB', '256 MiB']],
    [20, ['8 MiB', '16 MiB']],
    [65_696, ['32 GiB', '64 GiB']],
  ])('a memory of %i MiB', (most, marks) => {
    expect(
      byteTicks(most * 1024 ** 2)
        .values.slice(1)
        .map(formatBytes),
    ).toEqual(marks);
  });

  test('nothing at all is no reason to fail', () => {
    expect(timeTicks(0, 3).values).toEqual([0]);
    expect(byteTicks(0).values).toEqual([0]);
  });
});
