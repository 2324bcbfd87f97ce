// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { wholeNumber } from '../../../src/engine/base/index.ts';

describe('a whole number that a program printed', () => {
  it('is read where it is one', () => {
    expect(['0', '7', '1048576', '9007199254740991'].map(wholeNumber)).toEqual([
      0, 7, 1_048_576, 9_007_199_254_740_991,
    ]);
  });

  it('is not read from other text', () => {
    const others = ['', ' ', '-1', '1.5', '0x10', '1e3', 'NaN', 'Infinity', '٣', '7 ', undefined];
    expect(others.map(wholeNumber)).toEqual(others.map(() => undefined));
  });

  it('is not read if it cannot be represented exactly, or is infinite', () => {
    expect(['9007199254740992', '9'.repeat(400)].map(wholeNumber)).toEqual([undefined, undefined]);
  });
});
