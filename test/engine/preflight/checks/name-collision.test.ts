// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { nameCollisionCheck } from '../../../../src/engine/preflight/checks/name-collision.ts';
import type { FactResult } from '../../../../src/engine/preflight/fact.ts';
import type { DestinationCopy } from '../../../../src/engine/preflight/facts/destination-copy.ts';
import type {
  DestinationDomains,
  KnownDomain,
} from '../../../../src/engine/preflight/facts/destination-domains.ts';
import type { FileReading, HostReading } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import { destination, domain, file, reading, uuid } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const other = '11111111-2222-4333-8444-555555555555';
const knows = (...domains: KnownDomain[]): { known: DestinationDomains } => ({
  known: { domains, arriving: [], saved: [] },
});
const rest = {
  ...{ domain: domain(), destination: destination(), twin: there<DestinationCopy>('none') },
  ...{ source: missing, shell: missing },
};
const folder = (change: Partial<FileReading>): FactResult<HostReading> =>
  there(reading({ '/etc/libvirt/qemu': file({ kind: 'directory', ...change }) }));
const ext4 = {
  fileSystem: 'ext4',
  mountSource: '/dev/sda1',
  birthTime: '2026-01-31 10:00:00.123456789 +0000',
};
const running = { uuid: uuid.toUpperCase(), name: 'web', active: true };
const transient = there<DestinationCopy>('transient');

testCheck(nameCollisionCheck, [
  {
    name: 'definitions in one folder of both hosts',
    facts: { ...rest, ...knows({ ...running, active: false }), source: folder({}), shell: folder({}) },
    verdict: 'block',
    found: /keep their definitions in one folder/,
  },
  {
    name: 'definitions in one folder of both hosts, for a while',
    facts: { ...rest, ...knows({ ...running, active: false }), source: folder({}), shell: folder({}) },
    temporary: true,
    verdict: 'warn',
  },
  {
    name: 'definitions in folders of hosts that were cloned',
    facts: { ...rest, ...knows(), source: folder(ext4), shell: folder(ext4) },
    verdict: 'pass',
  },
  {
    name: 'definitions in two folders of one server',
    facts: { ...rest, ...knows(), source: folder({}), shell: folder({ inode: '5' }) },
    verdict: 'pass',
  },
  {
    name: 'not known there',
    facts: { ...rest, ...knows({ uuid: other, name: 'Web', active: true }) },
    verdict: 'pass',
  },
  {
    name: 'another one of that name',
    facts: { ...rest, ...knows({ uuid: other, name: 'web', active: false }) },
    verdict: 'block',
  },
  {
    name: 'running there',
    facts: { ...rest, ...knows(running), twin: there<DestinationCopy>('persistent') },
    verdict: 'block',
    found: /active/,
  },
  {
    name: 'running there, and whether with a definition was not told',
    facts: { ...rest, ...knows(running), twin: missing },
    verdict: 'block',
    found: /active/,
  },
  {
    name: 'running there since a temporary migration',
    facts: { ...rest, ...knows(running), twin: transient },
    verdict: 'block',
    found: /^A copy of this VM runs on beta, left by a temporary migration/,
    also: (finding) => {
      expect('remedies' in finding ? finding.remedies : []).toMatchObject([
        { command: `virsh destroy ${uuid}`, host: 'destination' },
        { command: `virsh destroy ${uuid}`, host: 'source' },
      ]);
    },
  },
  {
    name: 'running there without a definition, under another name',
    facts: { ...rest, ...knows({ ...running, name: 'old' }), twin: transient },
    verdict: 'block',
    found: /active/,
  },
  {
    name: 'arriving there just now',
    facts: {
      ...rest,
      known: { domains: [running], arriving: ['web'], saved: [] },
      twin: transient,
    },
    verdict: 'block',
    found: /active/,
  },
  {
    name: 'defined there under another name',
    facts: { ...rest, ...knows({ uuid, name: 'old', active: false }) },
    verdict: 'block',
  },
  {
    name: 'defined there',
    facts: { ...rest, ...knows({ uuid, name: 'web', active: false }) },
    verdict: 'warn',
    found: /The migration replaces it/,
  },
  {
    name: 'defined there, with its memory of long ago',
    facts: {
      ...rest,
      known: { domains: [{ uuid: uuid.toUpperCase(), name: 'web', active: false }], saved: [uuid] },
    },
    verdict: 'block',
    found: /old saved state of this VM/,
  },
  {
    name: 'defined there, and whether with its memory was not told',
    facts: { ...rest, known: { domains: [{ uuid, name: 'web', active: false }] } },
    verdict: 'unknown',
    found: /did not say whether a saved state exists/,
  },
  {
    name: 'defined there, temporary',
    facts: { ...rest, ...knows({ uuid, name: 'web', active: false }) },
    temporary: true,
    verdict: 'warn',
    found: /leaves it there/,
  },
]);
