// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { endOf } from '../../../src/engine/migration/end-phase.ts';
import {
  absentState,
  type ReportedState,
  stateFromAnswer,
  stateFromCodes,
  stateLine,
} from '../../../src/engine/migration/reported-state.ts';
import {
  isAskedAgain,
  runsOn,
  type VmWhereabouts,
  whereaboutsOf,
} from '../../../src/engine/migration/whereabouts.ts';
import { whereaboutsRemedies, whereaboutsText } from '../../../src/engine/migration/whereabouts-text.ts';
import { vm } from './run-samples.ts';

const document = readFileSync(join(import.meta.dirname, '../../../docs/architecture.md'), 'utf8');
const section = document.split('\n### Where the VM is\n')[1]?.split('\n## ')[0] ?? '';
/** The rows of a table of that section, by the first cell of its head. */
function table(head: string): string[][] {
  const lines = section.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  return lines.slice(start, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const running: ReportedState = { kind: 'running' };
const gone: ReportedState = { kind: 'absent' };
const silent: ReportedState = { kind: 'silent', error: 'Connection refused' };
const states: Readonly<Record<string, readonly ReportedState[]>> = {
  running: [running],
  paused: [{ kind: 'paused', reason: 'user' }, { kind: 'paused', reason: 'io-error' }, { kind: 'suspended' }],
  part: [
    { kind: 'paused', reason: 'migration' },
    { kind: 'paused', reason: 'post-copy-failed' },
  ],
  'part (pre-copy)': [{ kind: 'paused', reason: 'migration' }],
  'part (post-copy)': [
    { kind: 'paused', reason: 'post-copy' },
    { kind: 'paused', reason: 'post-copy-failed' },
  ],
  none: [gone, { kind: 'off', reason: 'migrated' }, { kind: 'off', reason: 'destroyed' }],
  silent: [silent, { kind: 'not-asked' }],
};

describe('the table of docs/architecture.md', () => {
  const [head = [], , ...rows] = table('this host');
  const columns = head.slice(1).map((cell) => cell.replace('destination: ', ''));

  it('has a row and a column for every answer of a host', () => {
    expect(rows.map(([first]) => first)).toEqual(Object.keys(states).filter((key) => key !== 'part'));
    expect(columns).toEqual(Object.keys(states).filter((key) => !key.startsWith('part (')));
  });

  it.each(
    rows.flatMap(([here = '', ...cells]) => columns.map((there, at) => [here, there, cells[at]] as const)),
  )('says what is said: %s here, %s there', (here, there, said) => {
    for (const source of states[here] ?? [])
      for (const destination of states[there] ?? [])
        expect(`\`${whereaboutsOf({ source, destination }).kind}\``).toBe(said);
  });

  it('says how it ended', () => {
    const [ends = [], , ...wheres] = table('the VM');
    const hows = ends.slice(1).map((cell) => cell.replaceAll('`', ''));
    expect(hows).toEqual(['succeeded', 'failed', 'aborted', 'left', 'stayed']);
    const named = new Set<string>();
    for (const [kinds = '', ...cells] of wheres)
      for (const [, kind = ''] of kinds.matchAll(/`([a-z-]+)`/g)) {
        named.add(kind);
        for (const [at, how] of hows.entries())
          expect(
            `${kind} ${how} \`${endOf({ how: how as 'left', cancelAsked: false }, { kind } as VmWhereabouts)}\``,
          ).toBe(`${kind} ${how} ${cells[at] ?? ''}`);
      }
    expect([...named].sort()).toEqual(
      ['both', 'nowhere', 'paused-here', 'paused-there', 'runs-here', 'runs-there', 'unknown'].sort(),
    );
  });
});

describe('the answer of a host', () => {
  it.each([
    ['running (migrated)', running],
    ['in shutdown (user)', running],
    ['paused (migrating)', { kind: 'paused', reason: 'migration' }],
    ['paused (post-copy failed)', { kind: 'paused', reason: 'post-copy-failed' }],
    ['paused (API error)', { kind: 'paused', reason: 'unknown' }],
    ['shut off (crashed)', { kind: 'off', reason: 'crashed' }],
    ['shut off (from snapshot)', { kind: 'off', reason: 'from-snapshot' }],
    ['crashed (panicked)', { kind: 'off', reason: 'crashed' }],
    ['pmsuspended', { kind: 'suspended' }],
    ['nonsense', { kind: 'silent', error: 'nonsense' }],
  ] as const)('is read from virsh: %s', (text, state) => {
    expect(stateFromAnswer({ id: '', ok: true, text: `${text}\n` })).toEqual(state);
  });

  it('is missing if virsh failed for another reason than that it has no such VM', () => {
    expect(stateFromAnswer({ id: '', ok: false, error: "failed to get domain 'x'" })).toEqual(gone);
    expect(stateFromAnswer({ id: '', ok: false, error: 'Disconnected' })).toEqual({
      kind: 'silent',
      error: 'Disconnected',
    });
  });

  it('is the same from numbers and from text', () => {
    for (const reason of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
      const state = stateFromCodes({ state: 5, reason });
      expect(stateFromAnswer({ id: '', ok: true, text: stateLine(state) ?? '' })).toEqual(state);
    }
    for (const reason of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]) {
      const state = stateFromCodes({ state: 3, reason });
      expect(stateFromAnswer({ id: '', ok: true, text: stateLine(state) ?? '' })).toEqual(state);
    }
  });

  it('has the reason of a transient VM from its stop event', () => {
    expect(absentState(undefined)).toEqual(gone);
    expect(whereaboutsOf({ source: absentState(1), destination: gone })).toEqual({
      kind: 'nowhere',
      reason: 'destroyed',
      host: 'source',
    });
  });
});

describe('the statement', () => {
  const travel = { vm, destination: 'qemu+ssh://root@beta/system' };
  const said = (source: ReportedState, destination: ReportedState): string =>
    whereaboutsText(whereaboutsOf({ source, destination }), travel)
      .map((message) => plainText(message))
      .join(' ');

  it.each([
    [running, gone, 'web runs on this host.'],
    [running, silent, 'web runs on this host. beta did not answer: Connection refused'],
    [gone, running, 'web runs on beta.'],
    [silent, running, 'web runs on beta. This host did not answer: Connection refused'],
    [{ kind: 'paused', reason: 'io-error' }, gone, 'web is on this host: paused (I/O error)'],
    [
      { kind: 'off', reason: 'destroyed' },
      gone,
      'web runs on neither host. An administrator or a program forced the VM off.',
    ],
    [{ kind: 'off', reason: 'migrated' }, gone, 'web runs on neither host. Neither host gives a reason.'],
    [gone, { kind: 'off', reason: 'shutdown' }, 'Reason that libvirt gives on beta: shut off (shut down)'],
    [
      { kind: 'off', reason: 'crashed' },
      silent,
      'Not known where web is. State on this host: shut off (crashed) beta did not answer',
    ],
    [gone, { kind: 'not-asked' }, 'Destination not asked: libvirt does not say where'],
    [
      running,
      running,
      'web is on both hosts. This host: running. beta: running. Both write to the same disks.',
    ],
    [
      { kind: 'paused', reason: 'post-copy-failed' },
      { kind: 'paused', reason: 'post-copy-failed' },
      'do not resume or force off either one',
    ],
  ] as const)('is made of the answers: %j %j', (source, destination, words) => {
    expect(said(source, destination)).toContain(words);
  });

  it('never says that the VM runs on a host that did not say so', () => {
    const all = Object.values(states).flat();
    for (const source of all)
      for (const destination of all) {
        const text = said(source, destination);
        if (text.includes('runs on this host')) expect(source).toEqual(running);
        if (text.includes('runs on beta')) expect(destination).toEqual(running);
      }
  });

  it('offers to resume only a VM that cannot run on the other host', () => {
    const all = Object.values(states).flat();
    for (const source of all)
      for (const destination of all) {
        const where = whereaboutsOf({ source, destination });
        const resumes = whereaboutsRemedies(where, travel).some(({ action }) => action?.kind === 'resume-vm');
        if (!resumes) continue;
        expect(runsOn(where)).toBe('source');
        expect(source.kind).toBe('paused');
        expect(['running', 'silent', 'not-asked']).not.toContain(destination.kind);
      }
    const paused = whereaboutsOf({ source: { kind: 'paused', reason: 'user' }, destination: gone });
    expect(whereaboutsRemedies(paused, travel)[0]).toMatchObject({
      command: `virsh -c qemu:///system resume ${vm.uuid}`,
      action: { kind: 'resume-vm' },
    });
  });

  it('is updated while a host does not answer, unless it refuses access', () => {
    expect(isAskedAgain(whereaboutsOf({ source: running, destination: silent }))).toBe(true);
    const refused: ReportedState = { kind: 'silent', error: 'root@beta: Permission denied (publickey).' };
    expect(isAskedAgain(whereaboutsOf({ source: running, destination: refused }))).toBe(false);
    expect(isAskedAgain(whereaboutsOf({ source: running, destination: { kind: 'not-asked' } }))).toBe(false);
  });
});
