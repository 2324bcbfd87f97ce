// SPDX-License-Identifier: LGPL-2.1-or-later
import { hugepagesCheck } from '../../../../src/engine/preflight/checks/hugepages.ts';
import { domain } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const huge = domain({}, '', '<memoryBacking><hugepages/></memoryBacking>');
const gigantic = domain(
  {},
  '',
  "<memoryBacking><hugepages><page size='1' unit='G'/></hugepages></memoryBacking>",
);
const pages = (free: number): ReturnType<typeof there<Map<number, number>>> =>
  there(
    new Map([
      [4096, 10_000],
      [2 ** 21, free],
      [2 ** 30, 0],
    ]),
  );

testCheck(hugepagesCheck, [
  {
    name: 'enough',
    facts: { domain: huge, pages: pages(512) },
    verdict: 'pass',
    found: /512 pages of 2 MiB/,
  },
  { name: 'one too few', facts: { domain: huge, pages: pages(511) }, verdict: 'block', found: /has 511/ },
  {
    name: 'of another size',
    facts: { domain: gigantic, pages: pages(512) },
    verdict: 'block',
    found: /1 pages of 1 GiB/,
  },
  { name: 'ordinary pages', facts: { domain: domain(), pages: missing }, verdict: 'not-applicable' },
  { name: 'not told', facts: { domain: huge, pages: missing }, verdict: 'unknown' },
]);
