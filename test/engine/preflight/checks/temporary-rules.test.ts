// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { temporaryRulesCheck } from '../../../../src/engine/preflight/checks/temporary-rules.ts';
import { domain } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

testCheck(temporaryRulesCheck, [
  {
    name: 'permanent',
    facts: { domain: domain(), definition: { persistent: true, autostart: true } },
    verdict: 'not-applicable',
  },
  {
    name: 'its definition stays and does not start by itself',
    temporary: true,
    facts: { domain: domain(), definition: { persistent: true, autostart: false } },
    verdict: 'pass',
  },
  {
    name: 'starts with the host',
    temporary: true,
    facts: { domain: domain(), definition: { persistent: true, autostart: true } },
    verdict: 'warn',
    found: /starts with this host/,
  },
  {
    name: 'with disks that are copied',
    temporary: true,
    copyDisks: ['vda'],
    facts: { domain: domain(), definition: { persistent: true, autostart: true } },
    verdict: 'warn',
    found: /What the VM writes to vda on beta stays on beta only/,
    also: (finding) => {
      expect('remedies' in finding && finding.remedies).toHaveLength(2);
    },
  },
  {
    name: 'transient',
    temporary: true,
    facts: { domain: domain(), definition: { persistent: false, autostart: false } },
    verdict: 'warn',
    found: /transient/,
  },
]);
