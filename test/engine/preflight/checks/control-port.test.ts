// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { controlPortCheck } from '../../../../src/engine/preflight/checks/control-port.ts';
import type { ControlPort } from '../../../../src/engine/preflight/facts/control-port.ts';
import { destination } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

const outcome = (kind: ControlPort['outcome'], port = 22): ControlPort => ({
  host: 'beta',
  port,
  outcome: kind,
});
const ssh = destination();

testCheck(controlPortCheck, [
  {
    name: 'open',
    facts: { destination: ssh, port: outcome({ kind: 'connected' }) },
    verdict: 'pass',
    found: /Port 22 of beta/,
  },
  {
    name: 'jump host',
    facts: { destination: ssh, port: outcome({ kind: 'indirect' }) },
    verdict: 'not-applicable',
  },
  {
    name: 'refused',
    facts: { destination: ssh, port: outcome({ kind: 'refused' }) },
    verdict: 'block',
    found: /Port 22 of beta refuses .* Nothing listens/,
  },
  {
    name: 'refused tls',
    facts: { destination: destination('qemu://beta/system'), port: outcome({ kind: 'refused' }, 16514) },
    verdict: 'block',
    also: (finding) => {
      expect(JSON.stringify(finding)).toContain('-tls.socket');
    },
  },
  {
    name: 'refused tcp',
    facts: { destination: destination('qemu+tcp://beta/system'), port: outcome({ kind: 'refused' }, 16509) },
    verdict: 'block',
    also: (finding) => {
      expect(JSON.stringify(finding)).toContain('-tcp.socket');
    },
  },
  {
    name: 'silent',
    facts: { destination: ssh, port: outcome({ kind: 'timeout' }) },
    verdict: 'block',
    found: /does not answer/,
  },
  {
    name: 'no route',
    facts: { destination: ssh, port: outcome({ kind: 'unreachable', detail: 'No route to host' }) },
    verdict: 'block',
    found: /Port 22 of beta cannot be reached/,
  },
  {
    name: 'unknown name',
    facts: { destination: ssh, port: outcome({ kind: 'unresolved', detail: 'ENOTFOUND' }) },
    verdict: 'block',
    found: /cannot resolve the name beta/,
  },
]);
