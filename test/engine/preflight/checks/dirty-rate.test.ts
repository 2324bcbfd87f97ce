// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import type { TrackRecord } from '../../../../src/engine/forecast/track-record.ts';
import { dirtyRateCheck } from '../../../../src/engine/preflight/checks/dirty-rate.ts';
import type { FactResult } from '../../../../src/engine/preflight/fact.ts';
import type { Bandwidth } from '../../../../src/engine/preflight/facts/bandwidth.ts';
import type { DirtyRate } from '../../../../src/engine/preflight/facts/dirty-rate.ts';
import type { MemorySample } from '../../../../src/engine/preflight/facts/memory-sample.ts';
import { domain } from '../../fixtures.ts';
import { missing, testCheck } from '../../test-check.ts';

const MiB = 1024 * 1024;
const facts = (
  writes: number,
  carries: number,
  more: { dirty?: Partial<DirtyRate>; link?: Partial<Bandwidth> } = {},
): {
  domain: ReturnType<typeof domain>;
  dirtyRate: DirtyRate;
  bandwidth: Bandwidth;
  memory: FactResult<MemorySample>;
  track: FactResult<TrackRecord>;
} => ({
  domain: domain(),
  dirtyRate: {
    bytesPerSecond: writes * MiB,
    seconds: 1,
    points: [{ seconds: 1, bytes: writes * MiB }],
    measured: true,
    ...more.dirty,
  },
  memory: missing,
  track: missing,
  bandwidth: { bytesPerSecond: carries * MiB, source: 'measured', ...more.link },
});

testCheck(dirtyRateCheck, [
  {
    name: 'idle',
    facts: facts(0, 9.5),
    verdict: 'pass',
    found: /Writes 0 MiB\/s; the link carries 9.5 MiB\/s/,
  },
  { name: 'paused', facts: facts(0, 9.5, { dirty: { measured: false } }), verdict: 'pass' },
  {
    name: 'an assumed link',
    facts: facts(1, 125, { link: { source: 'nominal' } }),
    verdict: 'pass',
    also: (finding) => {
      expect(JSON.stringify(finding.details)).toContain('This was not measured');
    },
  },
  {
    name: 'close',
    facts: facts(80, 100),
    verdict: 'warn',
    found: /With a little more load this migration will not finish/,
  },
  {
    name: 'a little too fast',
    facts: facts(10, 9.5),
    verdict: 'warn',
    found: /finishes only in a quiet moment/,
  },
  {
    name: 'faster than the link',
    facts: facts(20, 9.5),
    verdict: 'block',
    found: /Writes 20 MiB\/s; the link carries 9.5 MiB\/s/,
    also: (finding) => {
      expect(finding).toMatchObject({ override: {}, remedies: [{ action: { kind: 'pause-vm' } }, {}, {}] });
    },
  },
]);
