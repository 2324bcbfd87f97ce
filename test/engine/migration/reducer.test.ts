// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { reduce } from '../../../src/engine/migration/reducer.ts';
import type { ReportedState } from '../../../src/engine/migration/reported-state.ts';
import { callEnd, type RunEvent } from '../../../src/engine/migration/run-event.ts';
import {
  migrationOf,
  type RunPhase,
  type RunState,
  seenRun,
} from '../../../src/engine/migration/run-state.ts';
import { LibvirtError } from '../../../src/libvirt/errors.ts';
import { arrived, at, hostsOf, runIn, sampleEvents, samplePhases, vm } from './run-samples.ts';

type Phase = RunPhase['phase'];
type Kind = RunEvent['kind'];

const phases = Object.keys(samplePhases) as Phase[];
const kinds = Object.keys(sampleEvents) as Kind[];

function after(state: RunState, ...events: readonly RunEvent[]): RunState {
  return events.reduce(reduce, state);
}

const gone: ReportedState = { kind: 'absent' };
const running: ReportedState = { kind: 'running' };
const silent: ReportedState = { kind: 'silent', error: 'Connection refused' };

function answered(
  source: ReportedState,
  destination: ReportedState,
): Extract<RunEvent, { kind: 'hosts-answered' }> {
  return { kind: 'hosts-answered', hosts: hostsOf(source, destination) };
}

/** The rows of the table: `phase event` to the next phase. The sample of the answers is that of a VM that arrived. */
function documented(): Map<string, string> {
  const document = readFileSync(join(import.meta.dirname, '../../../docs/architecture.md'), 'utf8');
  const section = document.split('\n## A migration\n')[1]?.split('\n### ')[0] ?? '';
  const rows = new Map<string, string>();
  for (const line of section.split('\n')) {
    const [, from = '', events = '', , next = ''] = line.split('|').map((cell) => cell.trim());
    if (!next.startsWith('`')) continue;
    for (const phase of codes(from))
      for (const event of codes(events)) rows.set(`${phase} ${event}`, codes(next)[0] ?? '');
  }
  return rows;
}

function codes(cell: string): string[] {
  return [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code);
}

describe('the table of docs/architecture.md', () => {
  const rows = documented();

  it('names only existing phases and events', () => {
    const known = phases.flatMap((phase) => kinds.map((kind) => `${phase} ${kind}`));
    const named = [...rows.keys()];
    expect(named.filter((row) => !known.includes(row))).toEqual([]);
    const left = phases.filter((phase) => !named.some((row) => row.startsWith(`${phase} `)));
    expect(left).toEqual(['done', 'failed', 'cancelled']);
    expect([...rows.values()].filter((next) => !phases.some((phase) => phase === next))).toEqual([]);
  });

  it.each(phases)(
    'is what the reducer does in the phase %s; whatever it does not name changes no phase',
    (phase) => {
      for (const kind of kinds) {
        const row = `${phase} ${kind}`;
        for (const cancelling of [true, false]) {
          const next = reduce(runIn(phase, { cancelling }), sampleEvents[kind]).now.phase;
          expect(`${row} -> ${next}`).toBe(`${row} -> ${rows.get(row) ?? phase}`);
        }
      }
    },
  );
});

describe('an end', () => {
  it.each(['done', 'failed', 'cancelled'] as const)('is the last word: %s', (phase) => {
    const state = runIn(phase);
    for (const kind of kinds) {
      if (kind !== 'history-not-kept') expect(reduce(state, sampleEvents[kind])).toBe(state);
    }
    const untold = reduce(state, sampleEvents['history-not-kept']);
    expect(untold.now).toBe(state.now);
    expect(migrationOf(untold).historyError).toBe('no space');
  });

  it('has forecast and actual figures, and that the VM is paused', () => {
    const predicted = { totalMilliseconds: 5000, pauseMilliseconds: 300 };
    const expected = { id: '1', route: 'beta', predicted } as never;
    const job = { elapsedMilliseconds: 5100, downtimeMilliseconds: 290 } as never;
    const { now } = after(
      runIn('queued'),
      { kind: 'started', paused: true, expected },
      sampleEvents['call-succeeded'],
      { ...answered(gone, { kind: 'paused', reason: 'user' }), job, recordError: 'no space' },
    );
    expect(now).toMatchObject({
      phase: 'done',
      verification: 'confirmed',
      where: { kind: 'paused-there' },
      paused: true,
      predicted,
      recordError: 'no space',
      elapsedMilliseconds: 5100,
      downtimeMilliseconds: 290,
    });
  });

  it('changes when the host that did not answer answers, and keeps its figures', () => {
    const job = { elapsedMilliseconds: 5100, downtimeMilliseconds: 290 } as never;
    const open = after(runIn('copying'), sampleEvents['call-succeeded'], { ...answered(gone, silent), job });
    expect(open.now).toMatchObject({ phase: 'done', verification: 'incomplete', where: { kind: 'unknown' } });
    const known = reduce(open, answered(gone, running));
    expect(known.now).toMatchObject({
      phase: 'done',
      verification: 'confirmed',
      where: { kind: 'runs-there' },
      elapsedMilliseconds: 5100,
    });
    expect(reduce(known, answered(running, gone))).toBe(known);
  });

  it('that libvirt called an error is a success if the VM runs there', () => {
    const open = after(runIn('switching'), sampleEvents['call-failed'], answered(silent, silent));
    expect(open.now).toMatchObject({ phase: 'failed', where: { kind: 'unknown' } });
    expect(reduce(open, answered(gone, running)).now).toMatchObject({
      phase: 'done',
      where: { kind: 'runs-there' },
      callError: 'it failed',
    });
  });

  it('of a VM that is paused here changes when the VM is resumed', () => {
    const paused: ReportedState = { kind: 'paused', reason: 'io-error' };
    const state = after(runIn('copying'), sampleEvents['call-failed'], answered(paused, gone));
    expect(state.now).toMatchObject({ phase: 'failed', where: { kind: 'paused-here', reason: 'io-error' } });
    expect(reduce(state, answered(running, gone)).now).toMatchObject({ where: { kind: 'runs-here' } });
  });
});

describe('a VM that ended during the migration', () => {
  const dead: ReportedState = { kind: 'off', reason: 'crashed' };
  it.each([
    ['call-failed', []],
    ['call-aborted', []],
    ['vm-stayed', []],
    ['call-failed', ['cancel-asked']],
    ['call-aborted', ['cancel-asked']],
  ] as const)('is neither cancelled nor on this host: %s %j', (end, before) => {
    const { now } = after(
      runIn('copying'),
      ...before.map((kind) => sampleEvents[kind]),
      sampleEvents[end],
      answered(dead, gone),
    );
    expect(now).toMatchObject({
      phase: 'failed',
      where: { kind: 'nowhere', reason: 'crashed', host: 'source' },
    });
    const said = now.phase === 'failed' ? plainText(now.failure.summary) : '';
    expect(said).toBe('The VM ended while it was being migrated.');
  });
});

describe('a connection that broke off', () => {
  const broken = { kind: 'call-failed', error: new LibvirtError('daemon-down', 'it broke') } as const;
  it.each([
    [running, silent, 'The libvirt daemon of beta does not answer.'],
    [silent, gone, 'The libvirt daemon of this host does not answer.'],
    [silent, silent, 'Neither the libvirt daemon of this host nor that of beta answers.'],
    [running, gone, 'A connection to libvirt broke off during the migration. The daemons answer again.'],
  ])('says whose daemon does not answer: %j %j', (here, there, said) => {
    const { now } = after(runIn('copying'), broken, answered(here, there));
    expect(now.phase === 'failed' ? plainText(now.failure.summary) : now.phase).toBe(said);
  });
});

describe('a cancel', () => {
  it('that is refused before there is a job stays requested', () => {
    const state = after(runIn('preparing'), sampleEvents['cancel-asked'], sampleEvents['cancel-refused']);
    expect(migrationOf(state)).toMatchObject({ cancelling: true, state: { phase: 'preparing' } });
  });

  it('that is refused later is shown, until it is requested again', () => {
    const refused = after(runIn('copying'), sampleEvents['cancel-asked'], sampleEvents['cancel-refused']);
    expect(migrationOf(refused)).toMatchObject({ cancelling: false, cancelError: 'there is no job' });
    const again = migrationOf(reduce(refused, sampleEvents['cancel-asked']));
    expect(again.cancelling).toBe(true);
    expect(again).not.toHaveProperty('cancelError');
  });

  it('explains what libvirt calls a failure, and leaves what was copied', () => {
    const { now } = after(
      runIn('copying', { copyDisks: ['vda'] }),
      sampleEvents['cancel-asked'],
      sampleEvents['call-failed'],
      answered(running, gone),
    );
    expect(now).toMatchObject({
      phase: 'cancelled',
      leftBehind: { args: ['vda'] },
      where: { kind: 'runs-here' },
    });
  });
});

describe('a failure', () => {
  it('is shown after both hosts were queried', () => {
    const verifying = reduce(runIn('copying'), sampleEvents['call-failed']);
    expect(migrationOf(verifying).state).toEqual({ phase: 'verifying' });
    expect(reduce(verifying, answered(running, gone)).now).toMatchObject({
      phase: 'failed',
      failure: { original: 'it failed' },
      where: { kind: 'runs-here' },
    });
  });

  it('has the reason why the call failed, and not one that followed from it', () => {
    const { now } = after(
      runIn('copying'),
      sampleEvents['call-lost'],
      sampleEvents['vm-unknown'],
      sampleEvents['vm-stayed'],
      answered(running, gone),
    );
    expect(now).toMatchObject({ phase: 'failed', failure: { original: 'it broke off' } });
  });

  it('without a known reason says so', () => {
    const { now } = after(runIn('copying'), sampleEvents['vm-stayed'], answered(running, gone));
    expect(
      now.phase === 'failed' && now.failure.advice !== undefined ? plainText(now.failure.advice) : '',
    ).toBe('Only the program that started the migration knows the reason.');
  });

  it('leaves no images if libvirt refused before there was a job', () => {
    const refused = { kind: 'call-failed', error: new LibvirtError('host-key', 'unknown') } as const;
    const copies = { copyDisks: ['vda'] };
    const early = after(runIn('preparing', copies), refused, answered(running, silent));
    expect(early.now).not.toHaveProperty('leftBehind');
    const late = after(
      runIn('preparing', copies),
      sampleEvents['job-copying'],
      refused,
      answered(running, silent),
    );
    expect(late.now).toHaveProperty('leftBehind');
  });
});

describe('a rehearsal', () => {
  it('that passed is shown with the migration that follows', () => {
    const state = after(
      runIn('queued'),
      sampleEvents['rehearsal-started'],
      sampleEvents['rehearsal-passed'],
      sampleEvents.started,
    );
    expect(migrationOf(state)).toMatchObject({ state: { phase: 'preparing' }, rehearsal: arrived });
  });

  it('that failed ends the migration before it began', () => {
    const { now } = after(runIn('rehearsing'), sampleEvents['rehearsal-failed'], sampleEvents.started);
    expect(now).toMatchObject({ phase: 'failed', notBegun: true, failure: { original: 'VQ 0' } });
    expect(now).not.toHaveProperty('leftBehind');
  });

  it('that is cancelled ends it as cancelled', () => {
    const state = after(runIn('rehearsing'), sampleEvents['cancel-asked']);
    expect(migrationOf(state)).toMatchObject({ cancelling: true, state: { phase: 'rehearsing' } });
    expect(migrationOf(reduce(state, sampleEvents.dropped))).toMatchObject({
      cancelling: false,
      state: { phase: 'cancelled' },
    });
  });
});

describe('a migration that somebody else started', () => {
  it('gets its destination from the record, once', () => {
    const state = after(seenRun(vm), sampleEvents['job-copying'], sampleEvents['record-read']);
    expect(migrationOf(state)).toMatchObject({ destination: 'qemu+ssh://beta/system', temporary: true });
    const ordered = runIn('copying');
    expect(reduce(ordered, sampleEvents['record-read'])).toBe(ordered);
  });
});

describe('the percentage', () => {
  it('does not decrease when a new connection starts at 0 %', () => {
    const state = after(runIn('copying'), { kind: 'job-copying', progress: at(2), stalled: false });
    expect(state.now).toMatchObject({ phase: 'copying', progress: { percent: 30 } });
  });
});

describe('the error of a call', () => {
  it.each([
    ['closed', 'call-lost'],
    ['daemon-down', 'call-lost'],
    ['tunnel-ended', 'call-lost'],
    ['operation-aborted', 'call-aborted'],
    ['host-key', 'call-failed'],
    ['other', 'call-failed'],
  ] as const)('%s is %s', (reason, kind) => {
    expect(callEnd(new LibvirtError(reason, '')).kind).toBe(kind);
    expect(callEnd(new Error('')).kind).toBe('call-failed');
  });
});
