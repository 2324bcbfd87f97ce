// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { reduce } from '../../../src/engine/migration/reducer.ts';
import { callEnd, type RunEvent } from '../../../src/engine/migration/run-event.ts';
import {
  migrationOf,
  type RunPhase,
  type RunState,
  seenRun,
} from '../../../src/engine/migration/run-state.ts';
import { LibvirtError } from '../../../src/libvirt/errors.ts';
import { asExpected, at, runIn, sampleEvents, samplePhases, vm } from './run-samples.ts';

type Phase = RunPhase['phase'];
type Kind = RunEvent['kind'];

const phases = Object.keys(samplePhases) as Phase[];
const kinds = Object.keys(sampleEvents) as Kind[];

function after(state: RunState, ...events: readonly RunEvent[]): RunState {
  return events.reduce(reduce, state);
}

/** The rows of the table: `phase event cancelling` to the next phase. Without a condition a row is two. */
function documented(): Map<string, string> {
  const document = readFileSync(join(import.meta.dirname, '../../../docs/architecture.md'), 'utf8');
  const section = document.split('\n## A migration\n')[1]?.split('\n## ')[0] ?? '';
  const rows = new Map<string, string>();
  for (const line of section.split('\n')) {
    const [, from = '', events = '', when = '', next = ''] = line.split('|').map((cell) => cell.trim());
    if (!next.startsWith('`')) continue;
    const flags = when === '' ? [true, false] : [when === 'a cancel was asked for'];
    for (const phase of codes(from))
      for (const event of codes(events))
        for (const flag of flags) rows.set(`${phase} ${event} ${String(flag)}`, codes(next)[0] ?? '');
  }
  return rows;
}

function codes(cell: string): string[] {
  return [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code);
}

describe('the table of docs/architecture.md', () => {
  const rows = documented();

  it('names phases and events that there are', () => {
    const known = phases.flatMap((phase) => kinds.map((kind) => `${phase} ${kind}`));
    const named = [...rows.keys()].map((row) => row.split(' ').slice(0, 2).join(' '));
    expect(named.filter((row) => !known.includes(row))).toEqual([]);
    const left = phases.filter((phase) => !named.some((row) => row.startsWith(`${phase} `)));
    expect(left).toEqual(['done', 'failed', 'cancelled']);
    expect([...rows.values()].filter((next) => !phases.some((phase) => phase === next))).toEqual([]);
  });

  it.each(phases)(
    'is what the reducer does in the phase %s; whatever it does not name changes no phase',
    (phase) => {
      for (const kind of kinds) {
        for (const cancelling of [true, false]) {
          const row = `${phase} ${kind} ${String(cancelling)}`;
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
    for (const kind of kinds) expect(reduce(state, sampleEvents[kind])).toBe(state);
  });

  it('has what was forecast beside what came, and that the VM is paused', () => {
    const predicted = { totalMilliseconds: 5000, pauseMilliseconds: 300 };
    const expected = { id: '1', route: 'beta', predicted } as never;
    const job = { elapsedMilliseconds: 5100, downtimeMilliseconds: 290 } as never;
    const { now } = after(
      runIn('queued'),
      { kind: 'started', paused: true, expected },
      sampleEvents['call-succeeded'],
      { kind: 'arrival-verified', answers: [asExpected], job, recordError: 'no space' },
    );
    expect(now).toEqual({
      phase: 'done',
      verification: 'confirmed',
      answers: [asExpected],
      paused: true,
      predicted,
      recordError: 'no space',
      elapsedMilliseconds: 5100,
      downtimeMilliseconds: 290,
    });
  });
});

describe('a cancel', () => {
  it('that is refused before there is a job stays asked for', () => {
    const state = after(runIn('preparing'), sampleEvents['cancel-asked'], sampleEvents['cancel-refused']);
    expect(migrationOf(state)).toMatchObject({ cancelling: true, state: { phase: 'preparing' } });
  });

  it('that is refused later is told, until it is asked for again', () => {
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
      sampleEvents['cancel-verified'],
    );
    expect(now).toMatchObject({ phase: 'cancelled', leftBehind: { args: ['vda'] } });
  });
});

describe('a failure', () => {
  it('is shown once its record is removed; until then the page shows what it showed', () => {
    const tidying = reduce(runIn('copying'), sampleEvents['call-failed']);
    expect(migrationOf(tidying).state).toEqual(samplePhases.copying);
    expect(reduce(tidying, sampleEvents['record-removed']).now).toMatchObject({
      phase: 'failed',
      failure: { original: 'it failed' },
    });
  });

  it('has the reason for which the call was lost, and not one that followed from it', () => {
    const { now } = after(
      runIn('copying'),
      sampleEvents['call-lost'],
      sampleEvents['vm-unknown'],
      sampleEvents['vm-stayed'],
      sampleEvents['record-removed'],
    );
    expect(now).toMatchObject({ phase: 'failed', failure: { original: 'it broke off' } });
  });

  it('that nobody tells the reason of says so', () => {
    const { now } = after(runIn('copying'), sampleEvents['vm-stayed'], sampleEvents['record-removed']);
    expect(now.phase === 'failed' ? plainText(now.failure.summary) : '').toBe(
      'The migration ended, and the VM is still on this host.',
    );
  });

  it('leaves no images if libvirt refused before there was a job', () => {
    const refused = { kind: 'call-failed', error: new LibvirtError('host-key', 'unknown') } as const;
    const copies = { copyDisks: ['vda'] };
    const early = after(runIn('preparing', copies), refused, sampleEvents['record-removed']);
    expect(early.now).not.toHaveProperty('leftBehind');
    const late = after(
      runIn('preparing', copies),
      sampleEvents['job-copying'],
      refused,
      sampleEvents['record-removed'],
    );
    expect(late.now).toHaveProperty('leftBehind');
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
  it('does not fall when a new connection counts from the beginning', () => {
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
