// SPDX-License-Identifier: LGPL-2.1-or-later
import { securityDriverCheck } from '../../../src/engine/checks/security-driver.ts';
import { alpha, beta, domain } from '../fixtures.ts';
import { testCheck } from '../test-check.ts';

const labelled = domain({}, '', "<seclabel type='static' model='selinux' relabel='yes'/>");
const none = { ...beta, securityModels: ['none', 'dac'] };

testCheck(securityDriverCheck, [
  {
    name: 'the same',
    facts: { domain: domain(), source: alpha, destination: beta },
    verdict: 'pass',
    found: /apparmor/,
  },
  {
    name: 'none on either',
    facts: { domain: domain(), source: { ...alpha, securityModels: ['dac'] }, destination: none },
    verdict: 'pass',
    found: /Neither/,
  },
  { name: 'none there', facts: { domain: domain(), source: alpha, destination: none }, verdict: 'warn' },
  {
    name: 'a label of another driver',
    facts: { domain: labelled, source: alpha, destination: beta },
    verdict: 'block',
    found: /label of selinux/,
  },
  {
    name: 'a label that is not sent',
    facts: { domain: { ...labelled, migratable: domain().config }, source: alpha, destination: beta },
    verdict: 'pass',
  },
  {
    name: 'not told',
    facts: { domain: domain(), source: alpha, destination: { ...beta, securityModels: [] } },
    verdict: 'unknown',
  },
]);
