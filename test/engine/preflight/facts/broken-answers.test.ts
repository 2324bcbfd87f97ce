// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { parseMigrationUriInput } from '../../../../src/engine/destination/migration-uri.ts';
import { FactUnavailable } from '../../../../src/engine/preflight/fact.ts';
import { readComparison } from '../../../../src/engine/preflight/facts/cpu-comparison.ts';
import { parseAddressesOf, parseMigrationUri } from '../../../../src/engine/preflight/facts/data-address.ts';
import { parseDefinition } from '../../../../src/engine/preflight/facts/definition.ts';
import {
  parseDomainList,
  parseIncoming,
} from '../../../../src/engine/preflight/facts/destination-domains.ts';
import { parseStats, statOf } from '../../../../src/engine/preflight/facts/domain-stats.ts';
import { parseHost } from '../../../../src/engine/preflight/facts/hosts.ts';
import { parseCertificate } from '../../../../src/engine/preflight/facts/server-identity.ts';
import { parseVolume } from '../../../../src/engine/preflight/facts/volumes.ts';

/** Each was once parsed wrongly. test/properties found them. */
describe('an answer that is not understood', () => {
  it('is not a list of VMs, because the VM could be in the part that was not understood', () => {
    expect(parseDomainList('Fehler: keine Verbindung\n', true)).toBeUndefined();
    expect(parseIncoming("Domaine : 'db'\n  state.reason=2\n")).toBeUndefined();
    expect(parseIncoming("Domain: 'db'\n  state.reason=\n")).toBeUndefined();
  });

  it('proves nothing about a CPU', () => {
    expect(readComparison({ ok: true, text: 'The CPU is not a superset of it' }).kind).toBe('not-compared');
    expect(readComparison({ ok: true, text: 'CPU x is not identical to y' }).kind).toBe('not-compared');
  });

  it('does not identify a host', () => {
    for (const text of ['<capabilities/>', '<capabilities><host><uuid/></host></capabilities>'])
      expect(() => parseHost('beta', text)).toThrow(FactUnavailable);
  });

  it('is not a figure', () => {
    const [vm] = parseStats("Domain: 'a\u2028b'\n  state.state=\n  state.reason=1e0\n  x=5\n");
    expect(vm?.name).toBe('a\u2028b');
    expect(['state.state', 'state.reason', 'x'].map((key) => statOf(vm?.values, key))).toEqual([
      undefined,
      undefined,
      5,
    ]);
    expect(parseVolume('<volume><capacity/></volume>')).toEqual({});
  });

  it('makes no certificate valid', () => {
    expect(parseCertificate('notBefore=?\nnotAfter=?\n', Date.now())).toBeUndefined();
  });

  it('is no address, and no option of a program', () => {
    expect(parseAddressesOf('getent: error\n10.1.0.2 STREAM beta\n')).toEqual(['10.1.0.2']);
    expect(parseMigrationUri('tcp://--help')).toBeUndefined();
    expect(parseMigrationUriInput('10.0.0.2:99999').kind).toBe('invalid');
    expect(parseMigrationUri('tcp://[fe80::1%eth0]:49160')).toEqual({ host: 'fe80::1%eth0', port: 49160 });
  });

  it('is not in the name of a VM', () => {
    const text =
      'Name: a\u2028Persistent: no\u2028Autostart: enable\nPersistent:     yes\nAutostart:      disable\n';
    expect(parseDefinition(text)).toEqual({ persistent: true, autostart: false });
  });
});
