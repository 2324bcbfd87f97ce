// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import {
  canonicalAddress,
  isAddress,
  isHostLocalAddress,
  isLoopback,
  isWildcardAddress,
} from '../../../../src/engine/preflight/judging/ip-address.ts';

describe('canonicalAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    // The zone is not a part of the address.
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80:0::0:1%3', 'fe80::1'],
    // IPv4-mapped, in both spellings.
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:0:0', '0.0.0.0'],
  ])('spells %s as %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each([
    '',
    'beta',
    'localhost',
    '127.1',
    '010.0.0.1',
    '0x7f000001',
    '1:2:3',
    '::g',
    '[::1]',
    'beta:1',
    '%eth0',
  ])('leaves %j as it is', (text) => {
    expect(canonicalAddress(text)).toBe(text);
  });
});

describe('the kind of an address', () => {
  it('is told by its form', () => {
    expect(['192.0.2.1', '999.0.0.1', '::1', 'fe80::1%eth0'].map(isAddress)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['beta', 'beta.example', '10', ''].map(isAddress)).toEqual([false, false, false, false]);
  });

  it('knows every address of a host', () => {
    expect(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0'].every(isWildcardAddress)).toBe(true);
    expect(['0.0.0.1', '::1', '127.0.0.1', ''].some(isWildcardAddress)).toBe(false);
  });

  it('knows the host itself', () => {
    expect(['127.0.0.1', '127.8.9.10', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(
      true,
    );
    expect(['128.0.0.1', '::2', 'localhost', '127.1', ''].some(isLoopback)).toBe(false);
    expect(['localhost', '::', '127.0.0.2'].every(isHostLocalAddress)).toBe(true);
    expect(['192.0.2.1', 'fe80::1%lo', 'beta'].some(isHostLocalAddress)).toBe(false);
  });
});
