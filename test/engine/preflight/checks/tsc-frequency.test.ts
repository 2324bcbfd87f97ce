// SPDX-License-Identifier: LGPL-2.1-or-later
import { tscFrequencyCheck } from '../../../../src/engine/preflight/checks/tsc-frequency.ts';
import { beta, domain } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const invtsc = "<cpu mode='custom'><model>EPYC</model><feature policy='require' name='invtsc'/></cpu>";
const clock = (hertz: number): string => `<clock><timer name='tsc' frequency='${hertz}'/></clock>`;
const vm = (more: string): ReturnType<typeof domain> => domain({}, '', more);
const host = there(beta);

testCheck(tscFrequencyCheck, [
  { name: 'no promise', facts: { domain: domain(), destination: missing }, verdict: 'not-applicable' },
  {
    name: 'the same rate',
    facts: { domain: vm(invtsc + clock(2_445_426_000)), destination: host },
    verdict: 'pass',
  },
  { name: 'close enough', facts: { domain: vm(clock(2_445_000_000)), destination: host }, verdict: 'pass' },
  {
    name: 'another rate',
    facts: { domain: vm(clock(3e9)), destination: host },
    verdict: 'block',
    found: /2445\.4 MHz.*3000 MHz/,
  },
  {
    name: 'another rate, which can be scaled',
    facts: {
      domain: vm(clock(3e9)),
      destination: there({ ...beta, tsc: { frequencyHz: 2e9, scaling: true } }),
    },
    verdict: 'pass',
  },
  {
    name: 'invtsc without a rate',
    facts: { domain: vm(invtsc), destination: host },
    verdict: 'block',
    found: /at which rate/,
  },
  { name: 'not told', facts: { domain: vm(clock(3e9)), destination: missing }, verdict: 'unknown' },
]);
