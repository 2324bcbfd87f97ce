// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, test } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { type MigrationProgress, noProgress } from '../../../src/engine/progress/progress.ts';
import { stallRemedies, stallText } from '../../../src/engine/progress/stall.ts';
import { choices, uuid } from '../fixtures.ts';

const mib = 1024 ** 2;
/** 7 MiB/s since it began. */
const stuck: MigrationProgress = {
  ...noProgress,
  elapsedMilliseconds: 60_000,
  transferredBytes: 420 * mib,
  pass: 5,
  bestPass: { pass: 2, elapsedMilliseconds: 25_000, remainingBytes: 84 * mib, mostBytes: 84 * mib },
};

test('the text says since when there is no progress, and what each pass leaves', () => {
  expect(stallText(stuck).map((each) => plainText(each))).toEqual([
    'The VM writes memory as fast as it is copied.',
    'No progress for 35 s: 3 passes left about 84 MiB each.',
    'This migration will not finish until the load or the link changes.',
  ]);
});

test('what helps is computed from what was carried', () => {
  expect(stallRemedies(choices.vm, stuck).map(({ text, command }) => [plainText(text), command])).toEqual([
    ['Reduce the load in the guest: the migration then finishes by itself.', undefined],
    [
      'Allow a longer pause: the VM stands still for up to 15 s, then goes on running on the destination.',
      `virsh -c qemu:///system migrate-setmaxdowntime ${uuid} 15000`,
    ],
    [
      'Pause the VM: the migration finishes within about 25 s, and the VM resumes on the destination.',
      `virsh -c qemu:///system suspend ${uuid}`,
    ],
    ['Cancel the migration: the VM stays on this host.', undefined],
  ]);
});

test('a pause that is too long for QEMU or unknown is not suggested', () => {
  const commands = (change: Partial<MigrationProgress>): string =>
    stallRemedies({ ...choices.vm, connection: 'session' }, { ...stuck, ...change })
      .map(({ command = '' }) => command)
      .join('');
  expect(commands({ transferredBytes: mib })).toBe(`virsh -c qemu:///session suspend ${uuid}`);
  expect(commands({ transferredBytes: 0 })).toBe(`virsh -c qemu:///session suspend ${uuid}`);
});
