// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../../src/engine/base/message.ts';
import { planFor } from '../../../../src/engine/plan/plan.ts';
import type { Condition, Situation } from '../../../../src/engine/preflight/judging/known-bad/condition.ts';
import { holds } from '../../../../src/engine/preflight/judging/known-bad/condition.ts';
import { knownBadPairs } from '../../../../src/engine/preflight/judging/known-bad/index.ts';
import {
  type HostPrograms,
  isDecided,
  matchPairs,
} from '../../../../src/engine/preflight/judging/known-bad/match.ts';
import {
  isInRange,
  isRange,
  type VersionRange,
} from '../../../../src/engine/preflight/judging/known-bad/package-version.ts';
import type { KnownBadPair } from '../../../../src/engine/preflight/judging/known-bad/pair.ts';
import { choices, domain, file, reading } from '../../fixtures.ts';
import { missing, there } from '../../test-check.ts';

describe('a version', () => {
  it.each([
    ['7.2.0', { from: '7.2.0', before: '7.2.1' }, true],
    ['7.2', { from: '7.2.0', before: '7.2.1' }, true],
    ['7.2.22', { from: '7.2.0', before: '7.2.1' }, false],
    ['1:10.0.13+ds-0+deb13u1', { from: '10.0.13', before: '10.0.14' }, true],
    ['1:10.0.13+ds-0+deb13u1', { before: '10.0.13' }, false],
    ['8.2.2+ds-0ubuntu1', { from: '8.2.0', before: '8.2.5' }, true],
    ['9.1.0-15.el9', { from: '9.1.0', before: '9.2.0' }, true],
    ['9.1.0-15.el9', { from: '9.1.0-9.el9', before: '9.1.0-19.el9' }, true],
    ['9.1.0-19.el9', { from: '9.1.0-9.el9', before: '9.1.0-19.el9' }, false],
    ['6.1.106-3', { from: '5.18', before: '6.1.60' }, false],
    ['6.1.0-25-amd64', { from: '5.18', before: '6.1.60' }, true],
    ['5.15.0-91-generic Ubuntu', { from: '5.15', before: '5.16' }, true],
    ['10.0.0~rc2+ds-1', { from: '10.0.0' }, false],
    ['10.0.0-rc2', { from: '10.0.0' }, false],
    ['0.10.2', { from: '0.9.0', before: '0.10.0' }, false],
    ['no version', { from: '1.0' }, undefined],
  ] as const)('%s in %o: %s', (text, range, expected) => {
    expect(isInRange(text, range)).toBe(expected);
  });

  it.each<readonly [VersionRange, boolean]>([
    [{ from: '7.2', before: '8.0' }, true],
    [{ before: '8.0' }, true],
    [{ from: '8.0' }, true],
    [{ from: '8.0', before: '7.2' }, false],
    [{ from: '8.0', before: '8.0' }, false],
    [{ from: 'x' }, false],
    [{}, false],
  ])('%o is a range: %s', (range, expected) => {
    expect(isRange(range)).toBe(expected);
  });
});

const rangesOf = ({ versions }: KnownBadPair): readonly VersionRange[] =>
  versions.flatMap(({ source = [], destination = [] }) => [...source, ...destination]);

describe('the table of known-bad pairs', () => {
  it('has at least forty, each with an id of its own', () => {
    const ids = knownBadPairs.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(40);
    expect(new Set(ids).size).toBe(ids.length);
  });

  describe.each(knownBadPairs.map((pair) => [pair.id, pair] as const))('%s', (_, pair) => {
    it('names versions, the lower one first', () => {
      expect(rangesOf(pair)).not.toEqual([]);
      for (const range of rangesOf(pair)) expect([range, isRange(range)]).toEqual([range, true]);
    });

    it('says what happens, who says so, and what to do', () => {
      expect(plainText(pair.what)).toMatch(/^[A-Z].*\.$/s);
      const url = new URL(pair.url);
      expect(url.protocol).toBe('https:');
      expect(url.pathname.length).toBeGreaterThan(1);
      for (const { text } of pair.remedies)
        expect(plainText(text)).toMatch(/^(?:Upgrade|Shut|Give|Turn|Remove|Disable|Set) .*\.$/);
    });

    it('is found where all fits, and not where the versions or the VM are others', () => {
      const situation = situationOf(pair.condition);
      expect(holds(pair.condition, situation)).toBe(true);
      const [source, destination] = [hostOf(pair, 'source'), hostOf(pair, 'destination')];
      const found = (where: Situation, from: HostPrograms, to: HostPrograms): readonly string[] =>
        matchPairs([pair], where, from, to).map(({ pair: { id }, unknown }) => `${id} ${unknown.length}`);
      expect(found(situation, source, destination)).toEqual([`${pair.id} 0`]);
      const [{ program }] = pair.versions;
      for (const never of ['0.0.1', '99.0'])
        for (const host of ['source', 'destination'] as const) {
          if (pair.versions[0][host]?.some((range) => isInRange(never, range) === true) !== false) continue;
          const other = { versions: { ...hostOf(pair, host).versions, [program]: never } };
          expect(
            host === 'source' ? found(situation, other, destination) : found(situation, source, other),
          ).toEqual([]);
        }
      if (pair.condition.kind !== 'any') expect(found(bare, source, destination)).toEqual([]);
    });
  });
});

/** A VM that fulfils no condition. */
const bare: Situation = {
  domain: domain({}, '', "<os><type arch='aarch64' machine='virt-99.0'>hvm</type></os>"),
  plan: planFor(choices),
  here: there(reading()),
};

/** A version within the first range of each program. */
function hostOf({ versions }: KnownBadPair, host: 'source' | 'destination'): HostPrograms {
  const inside = versions.map((each) => {
    const [{ from, packagedBy } = {}] = each[host] ?? [];
    // A range without a lower bound has no older version. A range without bounds contains every version.
    const version = from ?? '0.1';
    return [each.program, packagedBy === 'ubuntu' ? `${version} Ubuntu` : version] as const;
  });
  return {
    versions: Object.fromEntries(inside),
    qemuPackage: `${Object.fromEntries(inside)['qemu'] ?? '1'}-1.el9`,
  };
}

interface Pieces {
  arch: string;
  machine: string;
  cpu: string;
  vendor: string;
  features: string;
  topology: string;
  loader: string;
  devices: string;
  copies: boolean;
  postCopy: boolean;
  fileSystem: string;
}

function addPieces(condition: Condition, pieces: Pieces): void {
  switch (condition.kind) {
    case 'any':
    case 'kvm':
    case 'cpu-compared':
      return;
    case 'all':
      for (const each of condition.of) addPieces(each, pieces);
      return;
    case 'architecture':
      [pieces.arch = ''] = condition.names;
      return;
    case 'machine': {
      const [ending] = condition.endings ?? [];
      pieces.machine =
        ending === undefined
          ? `pc-${condition.family ?? 'i440fx'}-${condition.before === undefined ? '6.0' : '2.9'}`
          : ending.startsWith('pc-')
            ? ending
            : `pc-i440fx-${ending.replace(/^-/, '')}`;
      return;
    }
    case 'cpu-feature':
      pieces.features += `<feature name='${condition.name.replace('*', 'x')}' policy='${condition.policy}'/>`;
      return;
    case 'cpu-vendor':
      pieces.vendor = condition.vendor;
      return;
    case 'cpu-model':
      [pieces.cpu = ''] = condition.beginnings;
      return;
    case 'cpu-siblings':
      pieces.topology = "<topology sockets='1' dies='1' cores='2' threads='1'/>";
      return;
    case 'device':
      pieces.devices +=
        condition.device === 'video' || condition.device === 'interface'
          ? `<${condition.device}><model type='${condition.model}'/></${condition.device}>`
          : `<${condition.device} model='${condition.model}'/>`;
      return;
    case 'multiqueue':
      pieces.devices += "<interface type='bridge'><model type='virtio'/><driver queues='4'/></interface>";
      return;
    case 'interface-type':
      pieces.devices += `<interface type='${condition.type}'/>`;
      return;
    case 'emulated-tpm':
      pieces.devices += "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>";
      return;
    case 'secure-boot':
      pieces.loader = "<loader type='pflash' secure='yes'>/code.fd</loader>";
      return;
    case 'copied-disks':
      pieces.copies = true;
      return;
    case 'post-copy':
      pieces.postCopy = true;
      return;
    case 'disk-on':
      pieces.fileSystem = condition.fileSystem;
      pieces.devices += "<disk type='file'><source file='/a.img'/><target dev='vda'/></disk>";
      return;
  }
}

/** A VM, and a migration of it, that fulfil a condition. */
function situationOf(condition: Condition): Situation {
  const pieces: Pieces = {
    ...{ arch: 'x86_64', machine: 'pc-i440fx-2.9', cpu: 'Skylake-Server', vendor: 'Intel' },
    ...{
      features: '',
      topology: '',
      loader: '',
      devices: '',
      copies: false,
      postCopy: false,
      fileSystem: 'ext4',
    },
  };
  addPieces(condition, pieces);
  const os = `<os><type arch='${pieces.arch}' machine='${pieces.machine}'>hvm</type>${pieces.loader}</os>`;
  const cpu = `<cpu mode='custom'><model>${pieces.cpu}</model><vendor>${pieces.vendor}</vendor>${pieces.topology}${pieces.features}</cpu>`;
  return {
    domain: domain({}, pieces.devices, os + cpu),
    plan: planFor({
      ...choices,
      ...(pieces.copies ? { copyDisks: ['vda'] } : {}),
      ...(pieces.postCopy ? { tuning: { postCopy: true } } : {}),
    }),
    here: there(reading({ '/a.img': file({ fileSystem: pieces.fileSystem }) })),
  };
}

interface Tried {
  readonly systems: readonly { readonly debian: string; readonly libvirt: string; readonly qemu: string }[];
  readonly pairs: readonly { readonly from: string; readonly to: string; readonly outcome: string }[];
}

const tried = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../docs/tried-systems.json'), 'utf8'),
) as Tried;

/** Of the packages of each generation; the kernel is that of the computer. */
const libtpms: Readonly<Record<string, string>> = { 12: '0.9.2', 13: '0.9.2', 14: '0.10.2' };

function programsOf(debian: string): HostPrograms {
  const system = tried.systems.find((each) => each.debian === debian);
  if (system === undefined) throw new Error(debian);
  const { libvirt, qemu } = system;
  return {
    versions: { libvirt, qemu, linux: '6.18.44', libtpms: libtpms[debian] ?? '' },
    qemuPackage: 'other',
  };
}

describe('pairs of the lab on which a VM arrived', () => {
  const arrived = tried.pairs.filter(({ outcome }) => outcome === 'arrived');
  /** The VM of those tests, and one with more of the usual devices. */
  const plain =
    "<disk type='file'><source file='/a.img'/><target dev='vda' bus='virtio'/></disk><memballoon model='virtio'/>";
  const usual =
    `${plain}<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><model type='virtio'/></interface>` +
    "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng><video><model type='virtio'/></video>";

  it('are eight or more', () => {
    expect(arrived.length).toBeGreaterThanOrEqual(8);
  });

  it.each(arrived.map(({ from, to }) => [from, to] as const))(
    'are not in the table: Debian %s to %s',
    (from, to) => {
      for (const devices of [plain, usual])
        for (const type of ['qemu', 'kvm']) {
          const vm = domain({}, devices);
          const situation: Situation = {
            ...{ domain: { ...vm, config: { ...vm.config, type } }, plan: planFor(choices) },
            here: there(reading({ '/a.img': file() })),
          };
          expect(matchPairs(knownBadPairs, situation, programsOf(from), programsOf(to))).toEqual([]);
        }
    },
  );
});

describe('what is not known', () => {
  const pair = knownBadPairs.find(({ id }) => id === 'libtpms-0.8-to-0.7');
  if (pair === undefined) throw new Error('no such pair');
  const situation = situationOf(pair.condition);

  it('is named, where the rest fits', () => {
    const [match] = matchPairs([pair], situation, { versions: { libtpms: '0.9.2' } }, { versions: {} });
    expect(match?.unknown).toEqual([{ program: 'libtpms', host: 'destination' }]);
    expect(match === undefined || isDecided(match)).toBe(false);
  });

  it('does not matter where the rest does not fit', () => {
    expect(matchPairs([pair], situation, { versions: { libtpms: '0.7.0' } }, { versions: {} })).toEqual([]);
    expect(matchPairs([pair], bare, { versions: {} }, { versions: {} })).toEqual([]);
  });

  it('is the package of QEMU, only where the release fits', () => {
    const rhel = knownBadPairs.filter(({ id }) => id === 'qemu-rhel-9.1-to-10.1-uso');
    const vm = situationOf({ kind: 'device', device: 'interface', model: 'virtio' });
    const from = { versions: { qemu: '9.1.0' }, qemuPackage: '9.1.0-15.el9' };
    expect(matchPairs(rhel, vm, from, { versions: { qemu: '10.1.0' } })).toHaveLength(1);
    expect(matchPairs(rhel, vm, from, { versions: { qemu: '10.1.0' }, qemuPackage: 'other' })).toEqual([]);
    expect(matchPairs(rhel, vm, from, { versions: { qemu: '10.0.0' } })).toEqual([]);
  });

  it('is the file system of a disk without a shell', () => {
    const condition: Condition = { kind: 'disk-on', fileSystem: 'nfs' };
    expect(holds(condition, { ...situationOf(condition), here: missing })).toBeUndefined();
  });

  it('is no CPU that libvirt does not compare', () => {
    const vm = domain({}, '', "<cpu mode='custom' check='none'><model>Nehalem</model></cpu>");
    expect(holds({ kind: 'cpu-compared' }, { ...bare, domain: vm })).toBe(false);
  });

  it('is the release of a machine type that does not tell', () => {
    const vm = domain({}, '', "<os><type arch='x86_64' machine='pc-q35-rhel9.4.0'>hvm</type></os>");
    const where: Situation = { ...bare, domain: vm };
    expect(holds({ kind: 'machine', family: 'q35', before: '8.0' }, where)).toBeUndefined();
    expect(holds({ kind: 'machine', family: 'i440fx', before: '8.0' }, where)).toBe(false);
    const ubuntu = domain({}, '', "<os><type arch='x86_64' machine='pc-q35-jammy'>hvm</type></os>");
    expect(holds({ kind: 'machine', family: 'q35', before: '8.0' }, { ...bare, domain: ubuntu })).toBe(true);
  });
});
