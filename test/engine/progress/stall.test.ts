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
    'The VM writes to about 84 MiB again and again: to send that takes 15 s, longer than the VM may pause.',
    'No progress for 35 s: 3 passes left about 84 MiB each.',
    'This migration will not finish until the load or the link changes.',
  ]);
});

test.each([
  ['nothing is known', { bestPass: undefined }, undefined, 'The VM writes memory as fast as it is copied.'],
  [
    'the VM is faster than the link',
    { throughputBytesPerSecond: 7 * mib, dirtyBytesPerSecond: 40 * mib },
    undefined,
    'The VM writes memory at 40 MiB/s, faster than the 7 MiB/s at which it is copied.',
  ],
  [
    'the link is slower than it was',
    { throughputBytesPerSecond: 7 * mib, dirtyBytesPerSecond: 40 * mib },
    110 * mib,
    'The link carries only 7 MiB/s; before the start it carried 110 MiB/s.',
  ],
  [
    'the link is as it was',
    { throughputBytesPerSecond: 100 * mib, dirtyBytesPerSecond: 140 * mib },
    110 * mib,
    'The VM writes memory at 140 MiB/s, faster than the 100 MiB/s at which it is copied.',
  ],
  [
    'the VM is throttled',
    { throughputBytesPerSecond: 7 * mib, dirtyBytesPerSecond: 8 * mib, throttlePercent: 40 },
    undefined,
    'QEMU throttles the VM by 40 %, and it still writes memory as fast as it is copied.',
  ],
  [
    'the disks are behind',
    { memoryTotalBytes: mib, disks: { totalBytes: 100 * mib, remainingBytes: 3 * mib } },
    undefined,
    'The copy of the disks is behind what the VM writes: 3 MiB left.',
  ],
] as const)('the cause is one sentence from the figures: %s', (_name, change, measured, said) => {
  const { bestPass, ...others } = { ...stuck, ...change };
  const progress = bestPass === undefined ? others : { ...others, bestPass };
  const [first] = stallText(progress, measured);
  expect(first === undefined ? undefined : plainText(first)).toBe(said);
});

test('post-copy is offered where it was allowed, with how long it takes and what may be lost', () => {
  const offered = (allowed: boolean): readonly string[] =>
    stallRemedies(choices.vm, stuck, allowed).flatMap(({ text, command = '' }) =>
      command.includes('postcopy') ? [`${plainText(text)} ${command}`] : [],
    );
  expect(offered(false)).toEqual([]);
  expect(offered(true)).toEqual([
    `Switch to post-copy: the VM runs on the destination at once, and its memory follows within about 25 s. If the network fails meanwhile, the VM is lost. virsh -c qemu:///system migrate-postcopy ${uuid}`,
  ]);
});

test('how much less the VM has to write is said where it is known', () => {
  const [first] = stallRemedies(choices.vm, { ...stuck, throughputBytesPerSecond: 7 * mib });
  expect(first === undefined ? '' : plainText(first.text)).toBe(
    'Reduce the load in the guest: once it writes clearly less than 7 MiB/s, the migration finishes by itself.',
  );
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
