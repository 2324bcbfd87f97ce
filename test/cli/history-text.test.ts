// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, test } from 'vitest';
import { historyText } from '../../src/cli/history-command.ts';
import { later, past, steered } from '../engine/history/entry-fixture.ts';

test('the history is a table, with what was done to a migration beneath it', () => {
  expect(
    historyText([
      later(5, { startedHere: false }),
      { ...past, rehearsal: { result: 'passed', milliseconds: 812 }, steered },
    ]).slice(0, 5),
  ).toEqual([
    'Start              VM   To                      Rehearsal         Result  Time                   Pause                      By',
    '2026-11-28 10:05Z  web  qemu+ssh://beta/system  -                 Done    30 s (forecast: 24 s)  180 ms (forecast: 200 ms)  anna',
    '2026-11-28 10:00Z  web  qemu+ssh://beta/system  Passed in 812 ms  Done    30 s (forecast: 24 s)  180 ms (forecast: 200 ms)  anna',
    '    10:00:05Z  As planned: Allowed a pause of 2 s.',
    '    10:00:09Z  Switch to post-copy: refused: post-copy is not enabled',
  ]);
});

test('without a migration it says so', () => {
  expect(historyText([])).toEqual(['No migration yet.']);
});
