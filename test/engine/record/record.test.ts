// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, test } from 'vitest';
import { isStale, temporaryCopyOf } from '../../../src/engine/inventory/temporary-copy.ts';
import type { VmState } from '../../../src/engine/inventory/vm.ts';
import { type MigrationRecord, parseRecord, recordXml } from '../../../src/engine/record/record.ts';

const start = Date.parse('2026-11-23T11:00:00Z');
const leaving: MigrationRecord = {
  destination: 'qemu+ssh://b/system?x=1&y=<"\'>',
  temporary: true,
  stage: 'leaving',
  since: '2026-11-23T11:00:00Z',
};
const left: MigrationRecord = { ...leaving, stage: 'left' };
const running: VmState = { kind: 'running' };
const migrated: VmState = { kind: 'shut-off', migratedAway: true };
const off: VmState = { kind: 'shut-off', migratedAway: false };

test('a record survives libvirt, whatever the URI has in it', () => {
  expect(parseRecord(recordXml(leaving))).toEqual(leaving);
});

test('it includes the forecast, and a forecast that is not understood is ignored', () => {
  const expected = {
    id: 'uuid 2026-11-23T11:00:00Z',
    route: 'b&<"\'>',
    predicted: {
      kind: 'does-not-converge',
      bandwidthBytesPerSecond: 1e6,
      bandwidthSource: 'measured',
    },
  } as const;
  expect(parseRecord(recordXml({ ...leaving, expected }))).toEqual({ ...leaving, expected });
  const xml = recordXml({ ...leaving, expected });
  expect(parseRecord(xml.replace('does-not-converge', 'converges'))).toEqual(leaving);
});

test('other elements are not a record', () => {
  expect(parseRecord('<migration/>')).toBeUndefined();
  expect(parseRecord('<migration')).toBeUndefined();
  expect(parseRecord(recordXml({ ...left, since: 'yesterday' }))).toBeUndefined();
  expect(
    parseRecord('<migration destination="d" temporary="maybe" stage="left" since="x"/>'),
  ).toBeUndefined();
});

test('what names no destination is no record', () => {
  for (const destination of [
    '--help',
    'qemu:///system',
    'qemu+ext:///system?command=/tmp/evil',
    'qemu+ssh://-oProxyCommand=evil/system',
    'Your session has ended. Sign in at https://evil.example',
    'qemu+ssh://beta/system\u202e',
    'qemu+ssh://beta/system\u001b[2J',
    'qemu+ssh://$(reboot)/system',
    '<b>beta</b>',
  ])
    expect(parseRecord(recordXml({ ...left, destination })), destination).toBeUndefined();
});

test('a copy is shown for a VM that left, even if libvirt has forgotten why it is off', () => {
  expect(temporaryCopyOf(leaving, migrated, false)?.destination).toBe(leaving.destination);
  expect(temporaryCopyOf(left, off, true)?.destination).toBe(leaving.destination);
  expect(temporaryCopyOf(leaving, off, true)).toBeUndefined();
  expect(temporaryCopyOf(left, off, false)).toBeUndefined();
  expect(temporaryCopyOf(left, running, false)).toBeUndefined();
  expect(temporaryCopyOf({ ...left, temporary: false }, migrated, false)).toBeUndefined();
});

test('a copy says which disks were copied', () => {
  expect(temporaryCopyOf({ ...left, copyDisks: ['vda'] }, migrated, false)?.copyDisks).toEqual(['vda']);
  expect(temporaryCopyOf(left, migrated, false)).not.toHaveProperty('copyDisks');
});

test('a record is outdated when the VM runs here, but not while a migration starts or runs', () => {
  expect(isStale(left, running, false, false, start)).toBe(true);
  expect(isStale(leaving, running, false, false, start + 5000)).toBe(false);
  expect(isStale(leaving, running, false, false, start + 300_000)).toBe(true);
  expect(isStale(leaving, running, false, true, start + 300_000)).toBe(false);
});

test('a record is outdated when the VM was shut off here since', () => {
  expect(isStale(left, off, false, false, start + 300_000)).toBe(true);
  expect(isStale(left, off, true, false, start + 300_000)).toBe(false);
  expect(isStale(left, migrated, false, false, start + 300_000)).toBe(false);
});
