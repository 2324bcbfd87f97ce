// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeArray,
  decodeDictionary,
  decodeNumber,
  decodeString,
  unwrap,
} from '../../src/libvirt/decode.ts';
import { LibvirtError } from '../../src/libvirt/errors.ts';
import type { DBusValue } from '../../src/platform/platform.ts';

const decoders = { decodeArray, decodeDictionary, decodeNumber, decodeString };

/** The result: a value, or the typed error. Any other error is thrown again. */
function outcome(decode: (value: DBusValue, where: string) => unknown, value: unknown): unknown {
  try {
    return decode(value as DBusValue, 'Domain.GetStats[0]');
  } catch (error) {
    if (error instanceof LibvirtError && error.reason === 'protocol') return error.message;
    throw error;
  }
}

describe('decoding', () => {
  it('unwraps values from no, one or two variants', () => {
    for (const wrapped of [5, { t: 'i', v: 5 }, { t: 'v', v: { t: 'i', v: 5 } }])
      expect(decodeNumber(wrapped, 'x')).toBe(5);
    expect(unwrap(undefined)).toBeUndefined();
    expect(decodeString({ t: 's', v: '' }, 'x')).toBe('');
    expect(decodeArray({ t: 'au', v: [1] }, 'x')).toEqual([1]);
  });

  it('reads the dictionary of job figures as libvirt-dbus 1.4.1 sends it', () => {
    const figures = {
      operation: { t: 'v', v: { t: 'i', v: 5 } },
      time_elapsed: { t: 'v', v: { t: 't', v: 1234 } },
      success: { t: 'v', v: { t: 'b', v: false } },
    };
    expect([...decodeDictionary(figures, 'x')]).toEqual([
      ['operation', 5],
      ['time_elapsed', 1234],
      ['success', false],
    ]);
  });

  it('does not take a dictionary that has the keys t and v for a variant', () => {
    const dictionary = { t: { t: 'u', v: 1 }, v: { t: 'u', v: 2 } };
    expect([...decodeDictionary(dictionary, 'x')]).toEqual([
      ['t', 1],
      ['v', 2],
    ]);
  });

  it('says which value was wrong and what it was', () => {
    expect(outcome(decodeNumber, 'five')).toBe('Domain.GetStats[0]: expected a number, got "five"');
    expect(outcome(decodeString, undefined)).toBe('Domain.GetStats[0]: expected a string, got undefined');
    expect(outcome(decodeArray, { a: 1 })).toBe('Domain.GetStats[0]: expected an array, got {"a":1}');
    expect(outcome(decodeDictionary, [1])).toBe('Domain.GetStats[0]: expected a dictionary, got [1]');
  });

  it('also if JSON cannot represent it, and shows only a readable part of the value', () => {
    expect(outcome(decodeNumber, 5n)).toBe('Domain.GetStats[0]: expected a number, got bigint');
    expect(String(outcome(decodeNumber, 'x'.repeat(100_000))).length).toBeLessThan(300);
  });

  it('throws only its own error for any input', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(decoders)), fc.jsonValue(), (decode, value) => {
        outcome(decode, value);
      }),
      { numRuns: 1000 },
    );
    for (const decode of Object.values(decoders))
      for (const value of [
        null,
        undefined,
        { t: 'v', v: null },
        { t: null, v: { t: 's', v: null } },
        { a: null },
      ])
        outcome(decode, value);
  });
});
