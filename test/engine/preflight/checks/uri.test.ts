// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { parseDestination } from '../../../../src/engine/destination/uri.ts';
import { uriCheck } from '../../../../src/engine/preflight/checks/uri.ts';
import type { DestinationReading } from '../../../../src/engine/preflight/facts/destination.ts';
import { testCheck } from '../../test-check.ts';

function typed(text: string, confirmed: readonly string[] = []): { reading: DestinationReading } {
  const input = parseDestination(text, { localNames: ['alpha'] });
  return {
    reading: {
      input,
      unconfirmed:
        input.kind === 'valid' ? input.dangerous.filter(({ name }) => !confirmed.includes(name)) : [],
    },
  };
}

testCheck(uriCheck, [
  { name: 'over ssh', facts: typed('qemu+ssh://beta/system'), verdict: 'pass' },
  { name: 'over tls', facts: typed('qemu+tls://beta/system'), verdict: 'pass' },
  { name: 'not encrypted', facts: typed('qemu+tcp://beta/system'), verdict: 'warn', found: /not encrypted/ },
  { name: 'nothing', facts: typed(''), verdict: 'block', found: /No destination/ },
  { name: 'half of it', facts: typed('qemu+ssh:'), verdict: 'block', found: /not complete/ },
  {
    name: 'a host name',
    facts: typed('beta'),
    verdict: 'block',
    also: (finding) => {
      expect(finding).toMatchObject({
        remedies: [{ action: { kind: 'set-destination', uri: 'qemu+ssh://beta/system' } }],
      });
    },
  },
  {
    name: 'this host',
    facts: typed('qemu+ssh://alpha/system'),
    verdict: 'block',
    found: /already on this host/,
  },
  {
    name: 'a program nobody confirmed',
    facts: typed('qemu+ssh://beta/system?command=/tmp/x'),
    verdict: 'block',
    also: (finding) => {
      expect(finding).toMatchObject({ remedies: [{ action: { kind: 'confirm-uri-parameters' } }, {}] });
    },
  },
  {
    name: 'a program that was confirmed',
    facts: typed('qemu+ssh://beta/system?command=/tmp/x', ['command']),
    verdict: 'warn',
    found: /as you confirmed/,
  },
]);
