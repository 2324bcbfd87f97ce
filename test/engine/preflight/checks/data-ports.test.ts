// SPDX-License-Identifier: LGPL-2.1-or-later
import { dataPortsCheck } from '../../../../src/engine/preflight/checks/data-ports.ts';
import type { DataPorts } from '../../../../src/engine/preflight/facts/data-ports.ts';
import { reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';
import { address, localNames } from './two-hosts-fixture.ts';

const range = Array.from({ length: 64 }, (_, index) => 49152 + index);
const ports = (change: Partial<DataPorts>): ReturnType<typeof there<DataPorts>> =>
  there({ first: 49152, last: 49215, rangeRead: true, open: range, closed: [], busy: [], ...change });
const rest = { address, localNames, shell: there(reading()), source: there(reading()) };
const configured = (name: string, value: string): { shell: typeof rest.shell } => ({
  shell: there(reading({}, { settings: new Map([[name, value]]), addresses: new Set(['10.1.0.2']) })),
});

testCheck(dataPortsCheck, [
  {
    name: 'all open',
    facts: { ...rest, ports: ports({}) },
    verdict: 'pass',
    found: /64 of 64 data ports \(49152-49215\)/,
  },
  {
    name: 'one in use by another migration',
    facts: { ...rest, ports: ports({ open: range.slice(1), busy: [49152] }) },
    verdict: 'pass',
    found: /63 of 64 .*49153-49215/,
  },
  {
    name: 'all closed',
    facts: { ...rest, ports: ports({ open: [], closed: range }) },
    verdict: 'block',
    found: /0 of 64/,
  },
  {
    name: 'the lowest closed',
    facts: { ...rest, ports: ports({ open: range.slice(1), closed: [49152] }) },
    verdict: 'block',
    found: /Port 49152/,
  },
  {
    name: 'the lowest free one closed',
    facts: { ...rest, ports: ports({ open: range.slice(2), busy: [49152], closed: [49153] }) },
    verdict: 'block',
    found: /Port 49153/,
  },
  {
    name: 'others closed',
    facts: { ...rest, ports: ports({ open: range.slice(0, 4), closed: range.slice(4) }) },
    verdict: 'warn',
    found: /4 of 64/,
  },
  {
    name: 'all taken',
    facts: { ...rest, ports: ports({ open: [], busy: range }) },
    verdict: 'block',
    found: /All 64/,
  },
  {
    name: 'the chosen port taken',
    facts: { ...rest, ports: ports({ first: 50000, last: 50000, asked: 50000, open: [], busy: [50000] }) },
    verdict: 'block',
    found: /Port 50000/,
  },
  {
    name: 'the second one closed, and nobody needs it',
    facts: { ...rest, ports: ports({ open: [49152, ...range.slice(2)], closed: [49153] }) },
    verdict: 'warn',
    found: /Port 49152, which libvirt would use now, is open/,
  },
  {
    name: 'the second one closed, over which disks would go',
    copyDisks: ['vda'],
    facts: { ...rest, ports: ports({ open: [49152, ...range.slice(2)], closed: [49153] }) },
    verdict: 'block',
    found: /Port 49153, which libvirt would use now, is closed/,
  },
  {
    name: 'the first one closed, which disks take where another one is asked for',
    copyDisks: ['vda'],
    facts: { ...rest, ports: ports({ asked: 50000, open: [...range.slice(1), 50000], closed: [49152] }) },
    verdict: 'block',
    found: /Port 49152, which/,
  },
  {
    name: 'one left where disks need a second one',
    copyDisks: ['vda'],
    facts: { ...rest, ports: ports({ open: [49215], busy: range.slice(0, 63) }) },
    verdict: 'block',
    found: /Only one data port/,
  },
  {
    name: 'enough for memory and disks',
    copyDisks: ['vda'],
    facts: { ...rest, ports: ports({}) },
    verdict: 'pass',
  },
  {
    name: 'the name is not known here',
    facts: { ...rest, address: { ...address, addresses: [] }, ports: missing },
    verdict: 'unknown',
    found: /the name beta.*has to be corrected first/,
  },
  {
    name: 'TLS of QEMU is demanded there',
    facts: { ...rest, ...configured('migrate_tls_force', '1'), ports: ports({}) },
    verdict: 'block',
    found: /migrate_tls_force/,
  },
  {
    name: 'it waits on an address that it does not have',
    facts: { ...rest, ...configured('migration_address', '10.1.0.9'), ports: ports({}) },
    verdict: 'block',
    found: /10\.1\.0\.9 .*not one of its addresses/,
  },
  {
    name: 'it waits for itself only',
    facts: { ...rest, ...configured('migration_address', '127.0.0.1'), ports: ports({}) },
    verdict: 'block',
    found: /which this host cannot reach/,
  },
  {
    name: 'it waits on an address of its own',
    facts: { ...rest, ...configured('migration_address', '10.1.0.2'), ports: ports({}) },
    verdict: 'pass',
  },
  { name: 'not tried', facts: { ...rest, ports: missing }, verdict: 'unknown' },
  {
    name: 'TLS of QEMU demanded here',
    facts: { ...rest, ports: ports({}), source: configured('migrate_tls_force', '1').shell },
    verdict: 'block',
    found: /This host sends data over TLS/,
  },
]);
