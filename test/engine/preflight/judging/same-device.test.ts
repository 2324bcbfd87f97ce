// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { compareDevices, normalizeDeviceId } from '../../../../src/engine/preflight/judging/same-device.ts';
import { file } from '../../fixtures.ts';

const wwn = '600140512345678901234567890abcde';
const luks = 'CRYPT-LUKS2-0123456789abcdef0123456789abcdef';

describe('normalizeDeviceId', () => {
  it.each([
    [`mpath-3${wwn}`, `naa.${wwn}`],
    [`mpath-3${wwn.toUpperCase()}`, `naa.${wwn}`],
    ['mpath-20123456789abcdef', 'eui.0123456789abcdef'],
    ['mpath-eui.0025385b71b0a1b2', 'eui.0025385b71b0a1b2'],
    ['mpath-uuid.12345678-1234-1234-1234-1234567890ab', 'uuid.12345678-1234-1234-1234-1234567890ab'],
    [`part1-mpath-3${wwn}`, `naa.${wwn}, partition 1`],
    [`${luks}-vm-disk`, luks],
    [`${luks}-other`, luks],
    ['CRYPT-PLAIN-name', undefined],
    ['LVM-AbCdEf', 'LVM-AbCdEf'],
    ['WD-SERIAL', 'WD-SERIAL'],
  ])('makes one spelling of %s', (id, normal) => {
    expect(normalizeDeviceId(id)).toBe(normal);
  });
});

describe('compareDevices', () => {
  it.each([
    [[`mpath-3${wwn}`], [`naa.${wwn}`, 'SERIAL'], 'same'],
    [[`mpath-3${wwn}`], ['naa.6001'], 'different'],
    [['LVM-a'], ['LVM-b'], 'different'],
    [['LVM-a'], ['naa.6001'], 'not-proved'],
    [[`${luks}-one`], [`${luks}-two`], 'same'],
    [['CRYPT-PLAIN-one'], ['CRYPT-PLAIN-one'], 'not-proved'],
    [[], ['naa.6001'], 'not-proved'],
    [['rbd f/p//i@-'], ['rbd f/p//j@-'], 'different'],
  ])('of %j and %j is %s', (here, there, kind) => {
    const device = (deviceIds: readonly string[]): ReturnType<typeof file> =>
      file({ kind: 'block special file', deviceIds });
    expect(compareDevices(device(here), device(there), 'beta').kind).toBe(kind);
  });
});
