// SPDX-License-Identifier: LGPL-2.1-or-later
import { hostIdentityCheck } from '../../../../src/engine/preflight/checks/host-identity.ts';
import { alpha, beta } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

testCheck(hostIdentityCheck, [
  { name: 'another host', facts: { source: alpha, destination: beta }, verdict: 'pass' },
  {
    name: 'this host',
    facts: { source: alpha, destination: alpha },
    verdict: 'block',
    found: /The destination is this host/,
  },
  {
    name: 'a clone with the same UUID',
    facts: { source: alpha, destination: { ...beta, uuid: alpha.uuid } },
    verdict: 'block',
    found: /same host UUID/,
  },
]);
