// SPDX-License-Identifier: LGPL-2.1-or-later
import { vmStateCheck } from '../../../../src/engine/preflight/checks/vm-state.ts';
import { domain } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

const job = (operation: string): string => `Job type:         Unbounded   \nOperation:        ${operation}\n`;

testCheck(vmStateCheck, [
  { name: 'running', facts: { domain: domain() }, verdict: 'pass' },
  { name: 'paused by an admin', facts: { domain: domain({ state: 3, reason: 1 }) }, verdict: 'pass' },
  {
    name: 'paused by an I/O error',
    facts: { domain: domain({ state: 3, reason: 5 }) },
    verdict: 'block',
    found: /I\/O error/,
  },
  {
    name: 'arriving',
    facts: { domain: domain({ state: 3, reason: 2 }) },
    verdict: 'block',
    found: /migration/,
  },
  { name: 'shut off', facts: { domain: domain({ state: 5 }) }, verdict: 'block', found: /shut off/ },
  { name: 'crashed', facts: { domain: domain({ state: 6 }) }, verdict: 'block', found: /crashed/ },
  {
    name: 'shutting down',
    facts: { domain: domain({ state: 4 }) },
    verdict: 'block',
    found: /shutting down/,
  },
  { name: 'asleep', facts: { domain: domain({ state: 7 }) }, verdict: 'block', found: /asleep/ },
  // In German, or an error: it is not known whether a job runs.
  {
    name: 'with a job that was not told',
    facts: { domain: domain({ job: 'Auftragstyp: Kein\n' }) },
    verdict: 'unknown',
  },
  {
    name: 'shut off, of which virsh tells no job',
    facts: { domain: domain({ state: 5, job: '' }) },
    verdict: 'block',
  },
  { name: 'in no known state', facts: { domain: domain({ state: 42 }) }, verdict: 'block' },
  {
    name: 'on its way',
    facts: { domain: domain({ job: job('Outgoing migration') }) },
    verdict: 'block',
    found: /being migrated/,
  },
  {
    name: 'in a snapshot',
    facts: { domain: domain({ job: job('Snapshot') }) },
    verdict: 'block',
    found: /Snapshot/,
  },
]);
