// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, test } from 'vitest';
import { formatBytes, formatDuration, formatPercent, formatRate } from '../../../src/ui/common/format.ts';

describe('figures', () => {
  test.each([
    [0, '0 bytes'],
    [1023, '1,023 bytes'],
    [1536, '1.5 KiB'],
    [512 * 1024 ** 2, '512 MiB'],
    [48 * 1024 ** 3, '48 GiB'],
    [2 * 1024 ** 4, '2 TiB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [12, '12 ms'],
    [4200, '4.2 s'],
    [9960, '10 s'],
    [59_600, '1 min'],
    [80_000, '1 min 20 s'],
    [3_599_700, '1 h 0 min'],
    [7_500_000, '2 h 5 min'],
  ])('%i milliseconds are %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test('a rate has its unit of time, a percentage is never rounded up to 100', () => {
    expect(formatRate(110 * 1024 ** 2)).toBe('110 MiB/s');
    expect(formatPercent(99.9)).toBe('99');
  });
});
