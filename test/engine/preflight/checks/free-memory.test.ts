// SPDX-License-Identifier: LGPL-2.1-or-later
import { freeMemoryCheck } from '../../../../src/engine/preflight/checks/free-memory.ts';
import { domain, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const gib = 2 ** 30;
const shell = (
  availableBytes: number,
  freeSwapBytes: number,
): ReturnType<typeof there<ReturnType<typeof reading>>> =>
  there(reading({}, { memory: { availableBytes, freeSwapBytes } }));
const memory = (freeBytes: number): { totalBytes: number; freeBytes: number } => ({
  totalBytes: 8 * gib,
  freeBytes,
});

testCheck(freeMemoryCheck, [
  { name: 'enough', facts: { domain: domain(), memory: memory(4 * gib), shell: missing }, verdict: 'pass' },
  {
    name: 'too little',
    facts: { domain: domain(), memory: memory(gib / 2), shell: missing },
    verdict: 'block',
  },
  {
    name: 'the kernel knows better',
    facts: { domain: domain(), memory: memory(4 * gib), shell: shell(gib / 2, 0) },
    verdict: 'block',
    found: /512 MiB free/,
  },
  {
    name: 'only with swap',
    facts: { domain: domain(), memory: memory(4 * gib), shell: shell(gib / 2, gib) },
    verdict: 'warn',
    found: /swap/,
  },
  {
    name: 'of huge pages',
    facts: {
      domain: domain({}, '', '<memoryBacking><hugepages/></memoryBacking>'),
      memory: memory(0),
      shell: missing,
    },
    verdict: 'not-applicable',
  },
]);
