// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { dataPathCheck } from '../../../../src/engine/preflight/checks/data-path.ts';
import type { Bandwidth } from '../../../../src/engine/preflight/facts/bandwidth.ts';
import type { DataAddress } from '../../../../src/engine/preflight/facts/data-address.ts';
import { testCheck } from '../../test-check.ts';

const address: DataAddress = {
  host: 'beta',
  addresses: ['10.1.0.2'],
  controlAddresses: ['10.1.0.9'],
  from: 'host-name',
};
const link = (
  source: Bandwidth['source'],
  failedProbe?: Bandwidth['failedProbe'],
): { address: DataAddress; bandwidth: Bandwidth } => ({
  address,
  bandwidth: { bytesPerSecond: 1e8, source, ...(failedProbe === undefined ? {} : { failedProbe }) },
});
const nothing = (connected: boolean, accepted: boolean): Bandwidth['failedProbe'] => ({
  kind: 'nothing-came',
  port: '49210',
  connected,
  accepted,
});
const byControl = expect.objectContaining({
  action: { kind: 'set-migration-uri', uri: 'tcp://10.1.0.9' },
}) as unknown;

testCheck(dataPathCheck, [
  {
    name: 'data that came through',
    facts: link('measured'),
    verdict: 'pass',
    found: /A test connection to 10\.1\.0\.2 carried data/,
  },
  { name: 'a bandwidth that was entered', facts: link('given'), verdict: 'not-applicable' },
  { name: 'no shell', facts: link('nominal'), verdict: 'unknown', found: /no shell/ },
  { name: 'no port to try', facts: link('measured-over-ssh'), verdict: 'unknown' },
  {
    name: 'nobody who could listen',
    facts: link('measured-over-ssh', { kind: 'not-listening', said: 'no listener' }),
    verdict: 'unknown',
    also: (finding) => {
      expect(finding).toMatchObject({ original: 'no listener' });
    },
  },
  {
    name: 'a firewall that resets',
    facts: link('measured-over-ssh', nothing(false, false)),
    verdict: 'block',
    found: /No connection from this host reached port 49210 of the destination at 10\.1\.0\.2/,
    also: (finding) => {
      expect(finding).toMatchObject({ override: {}, remedies: [byControl, { host: 'destination' }] });
    },
  },
  {
    name: 'somebody else who answers',
    facts: link('measured-over-ssh', nothing(true, false)),
    verdict: 'block',
    found: /Another host or program answers at port 49210 of 10\.1\.0\.2/,
  },
  {
    name: 'large packets that are lost',
    facts: link('measured-over-ssh', nothing(true, true)),
    verdict: 'block',
    found: /accepts a connection, but no data comes through/,
    also: (finding) => {
      expect(finding).toMatchObject({
        remedies: [byControl, { command: 'ping -c 3 -M do -s 1472 -- 10.1.0.2' }],
      });
    },
  },
  {
    name: 'an address that was chosen',
    facts: {
      ...link('measured-over-ssh', nothing(false, false)),
      address: { ...address, from: 'migration-uri' },
    },
    verdict: 'block',
    also: (finding) => {
      expect(finding).toMatchObject({ remedies: [{ host: 'destination' }] });
    },
  },
]);
