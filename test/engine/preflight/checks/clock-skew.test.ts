// SPDX-License-Identifier: LGPL-2.1-or-later
import { clockSkewCheck } from '../../../../src/engine/preflight/checks/clock-skew.ts';
import { reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const shell = (least: number, most: number): Parameters<typeof clockSkewCheck.judgeFacts>[0] => ({
  shell: there({ ...reading(), clockAhead: { least, most } }),
});

testCheck(clockSkewCheck, [
  { name: 'they agree', facts: shell(-0.4, 0.2), verdict: 'pass' },
  { name: 'they may agree', facts: shell(0.9, 1.5), verdict: 'pass' },
  { name: 'ahead', facts: shell(61.2, 61.9), verdict: 'warn', found: /61 s ahead/ },
  { name: 'behind', facts: shell(-4.5, -3.9), verdict: 'warn', found: /3\.9 s behind/ },
  { name: 'too slow to tell', facts: shell(-9, 9), verdict: 'unknown' },
  { name: 'no clock', facts: { shell: there(reading()) }, verdict: 'unknown' },
  { name: 'no shell', facts: { shell: missing }, verdict: 'unknown' },
]);
