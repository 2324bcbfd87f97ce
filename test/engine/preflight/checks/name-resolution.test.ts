// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { nameResolutionCheck } from '../../../../src/engine/preflight/checks/name-resolution.ts';
import type { DataAddress } from '../../../../src/engine/preflight/facts/data-address.ts';
import { missing, testCheck, there } from '../../test-check.ts';
import { address, localNames } from './two-hosts-fixture.ts';

const port = { host: 'beta', port: 22, outcome: { kind: 'connected' } } as const;

testCheck(nameResolutionCheck, [
  {
    name: 'both names are known',
    facts: { port, address: there(address), localNames },
    verdict: 'pass',
    found: /Data goes to beta \(10\.1\.0\.2\)/,
  },
  {
    name: 'the name that was typed is not known',
    facts: { port: { ...port, outcome: { kind: 'unresolved', detail: 'x' } }, address: missing, localNames },
    verdict: 'block',
    found: /cannot resolve the name beta/,
  },
  {
    name: 'the destination could not be asked',
    facts: { port, address: missing, localNames },
    verdict: 'unknown',
  },
  {
    name: 'the name is not known here',
    facts: {
      port,
      localNames,
      address: there<DataAddress>({ ...address, host: 'beta.example', addresses: [] }),
    },
    verdict: 'block',
    found: /cannot resolve beta.example, the name that the destination gives itself/,
    also: (finding) => {
      expect(finding).toMatchObject({
        remedies: [{ action: { kind: 'set-migration-uri', uri: 'tcp://10.1.0.2' } }, {}],
      });
    },
  },
  {
    name: 'the chosen name is not known here',
    facts: {
      port,
      localNames,
      address: there<DataAddress>({ ...address, from: 'migration-uri', addresses: [] }),
    },
    verdict: 'block',
    found: /cannot resolve the name beta, to which the data goes/,
  },
  {
    name: 'the name is this host',
    facts: { port, localNames, address: there<DataAddress>({ ...address, addresses: ['127.0.1.1'] }) },
    verdict: 'block',
    found: /resolves to this host/,
  },
  {
    name: 'it calls itself localhost',
    facts: { port, localNames, address: there<DataAddress>({ ...address, host: 'localhost.localdomain' }) },
    verdict: 'block',
    found: /calls itself localhost/,
  },
]);
