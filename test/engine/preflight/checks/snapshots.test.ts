// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { snapshotsCheck } from '../../../../src/engine/preflight/checks/snapshots.ts';
import { domain, uuid } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

testCheck(snapshotsCheck, [
  { name: 'none', facts: { domain: domain(), known: { snapshots: [], checkpoints: [] } }, verdict: 'pass' },
  {
    name: 'a snapshot',
    facts: { domain: domain(), known: { snapshots: ["it's $(x)"], checkpoints: [] } },
    verdict: 'block',
    found: /snapshots \(1\)/,
    also: (finding) => {
      expect(finding).toMatchObject({
        remedies: [
          { command: `virsh snapshot-delete ${uuid} --snapshotname 'it'\\''s $(x)'`, host: 'source' },
        ],
      });
    },
  },
  {
    name: 'a checkpoint',
    facts: { domain: domain(), known: { snapshots: [], checkpoints: ['daily'] } },
    verdict: 'warn',
    found: /checkpoints \(1\), which libvirt forgets/,
    also: (finding) => {
      expect(finding).toMatchObject({
        remedies: [{ command: `virsh checkpoint-delete ${uuid} --checkpointname daily`, host: 'source' }],
      });
    },
  },
  {
    name: 'both',
    facts: { domain: domain(), known: { snapshots: ['before'], checkpoints: ['daily'] } },
    verdict: 'block',
    found: /snapshots \(1\)/,
    also: (finding) => {
      expect(finding).toMatchObject({ remedies: [{ host: 'source' }, { host: 'source' }] });
    },
  },
]);
