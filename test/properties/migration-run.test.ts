// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayChange } from '../../src/engine/migration/end-phase.ts';
import { reduce } from '../../src/engine/migration/reducer.ts';
import type { ReportedState } from '../../src/engine/migration/reported-state.ts';
import type { RunEvent } from '../../src/engine/migration/run-event.ts';
import { isEnd, progressOf, type RunState, seenRun } from '../../src/engine/migration/run-state.ts';
import { reportedStates } from '../../src/engine/migration/verification.ts';
import { runsOn } from '../../src/engine/migration/whereabouts.ts';
import { LibvirtError } from '../../src/libvirt/errors.ts';
import { at, hostsOf, runIn, sampleEvents, vm } from '../engine/migration/run-samples.ts';

const progress = fc.integer({ min: 0, max: 99 }).map(at);
const error = fc
  .constantFrom('closed' as const, 'host-key' as const, 'operation-aborted' as const, 'other' as const)
  .map((reason) => new LibvirtError(reason, reason));
const state: fc.Arbitrary<ReportedState> = fc.oneof(
  fc.constantFrom<ReportedState>(
    ...([{ kind: 'running' }, { kind: 'absent' }, { kind: 'suspended' }, { kind: 'not-asked' }] as const),
    { kind: 'silent', error: 'Connection refused' },
  ),
  fc
    .constantFrom('user' as const, 'migration' as const, 'post-copy-failed' as const, 'io-error' as const)
    .map((reason) => ({ kind: 'paused' as const, reason })),
  fc
    .constantFrom('shutdown' as const, 'destroyed' as const, 'crashed' as const, 'migrated' as const)
    .map((reason) => ({ kind: 'off' as const, reason })),
);

/** Any event with varied data. Events that continue a migration are more frequent, so that all phases are reached. */
const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constantFrom(...Object.values(sampleEvents)),
  fc.record({ kind: fc.constant('job-copying' as const), progress, stalled: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom('job-switching' as const, 'job-post-copy' as const),
    progress,
  }),
  fc.record({
    kind: fc.constantFrom('call-failed' as const, 'call-lost' as const, 'vm-unknown' as const),
    error,
  }),
  fc.tuple(state, state).map(([source, destination]) => ({
    kind: 'hosts-answered' as const,
    // This host is always known.
    hosts: hostsOf(source.kind === 'not-asked' ? { kind: 'absent' } : source, destination),
  })),
);

const start = fc.constantFrom(runIn('queued', { copyDisks: ['vda'] }), runIn('queued'), seenRun(vm));

/** Applies the events. Calls `check` for each step, with all events up to it. */
function play(
  first: RunState,
  events: readonly RunEvent[],
  check: (before: RunState, after: RunState, past: readonly RunEvent['kind'][], event: RunEvent) => void,
): void {
  let state = first;
  const past: RunEvent['kind'][] = [];
  for (const event of events) {
    past.push(event.kind);
    const next = reduce(state, event);
    check(state, next, past, event);
    state = next;
  }
}

function holds(check: Parameters<typeof play>[2]): void {
  fc.assert(
    fc.property(start, fc.array(anyEvent, { maxLength: 40 }), (first, events) => {
      play(first, events, check);
    }),
    { numRuns: 2000 },
  );
}

describe('a migration, whatever happens in whatever order,', () => {
  it('never leaves its end, and changes the result only if a host had not answered or the VM was paused', () => {
    holds((before, after) => {
      if (!isEnd(before.now)) return;
      expect(isEnd(after.now)).toBe(true);
      if (!mayChange(before.now)) expect(after.now).toBe(before.now);
    });
  });

  it('ends only after both hosts were queried, unless libvirt was not called', () => {
    holds((before, after, past) => {
      if (!isEnd(after.now) || isEnd(before.now)) return;
      if (before.now.phase === 'queued') {
        expect(past.at(-1)).toBe('dropped');
        return;
      }
      if (before.now.phase === 'rehearsing') {
        expect(['rehearsal-failed', 'dropped']).toContain(past.at(-1));
        return;
      }
      expect(before.now.phase).toBe('verifying');
      expect(past.at(-1)).toBe('hosts-answered');
      expect(after.now.where).toBeDefined();
    });
  });

  it('is confirmed only if there are answers, all as expected', () => {
    holds((_before, { now }) => {
      if (now.phase !== 'done' || now.verification !== 'confirmed') return;
      expect(now.answers.length).toBeGreaterThan(0);
      expect(now.answers.every(({ verdict }) => verdict === 'as-expected')).toBe(true);
    });
  });

  it('never says about the VM what the hosts did not answer', () => {
    holds((before, after, _past, event) => {
      if (event.kind !== 'hosts-answered' || !isEnd(after.now) || after === before) return;
      const { where } = after.now;
      if (where === undefined) throw new Error('nothing is said of the VM');
      const { source, destination } = reportedStates(event.hosts);
      const alive = (seen: ReportedState): boolean => ['running', 'paused', 'suspended'].includes(seen.kind);
      const off = (seen: ReportedState): boolean => seen.kind === 'off' || seen.kind === 'absent';
      switch (runsOn(where)) {
        case 'source':
          expect(alive(source)).toBe(true);
          expect(destination.kind).not.toBe('running');
          break;
        case 'destination':
          expect(alive(destination)).toBe(true);
          expect(source.kind).not.toBe('running');
          break;
        case 'both':
          expect(alive(source) && alive(destination)).toBe(true);
          break;
        case 'nowhere':
          expect([source.kind, destination.kind]).not.toContain('running');
          expect(off(source) || off(destination)).toBe(true);
          break;
        case 'unknown':
          expect(
            [source.kind, destination.kind].some((kind) => kind === 'silent' || kind === 'not-asked'),
          ).toBe(true);
          expect([source.kind, destination.kind]).not.toContain('running');
      }
    });
  });

  it('is cancelled only if requested here or reported by libvirt, and the VM is here', () => {
    holds((before, after, past) => {
      if (after.now.phase !== 'cancelled' || before.now.phase === 'cancelled') return;
      const asked = ['dropped', 'cancel-asked', 'call-aborted'] as const;
      expect(asked.some((kind) => past.includes(kind))).toBe(true);
      if (before.now.phase !== 'queued' && before.now.phase !== 'rehearsing')
        expect(after.now.where && runsOn(after.now.where)).toBe('source');
    });
  });

  it('has not failed if the VM is on the destination, and is not done if it is here or on both', () => {
    holds((_before, { now }) => {
      if (!isEnd(now) || now.where === undefined) return;
      const on = runsOn(now.where);
      if (on === 'destination') expect(now.phase).toBe('done');
      if (on === 'source' || on === 'both') expect(now.phase).not.toBe('done');
      if (on === 'nowhere') expect(now.phase).not.toBe('cancelled');
    });
  });

  it('does not call libvirt for the VM after a stand-in that did not arrive', () => {
    holds((_before, after, past) => {
      const { rehearsal } = after.facts;
      if (rehearsal?.outcome.kind !== 'refused' || past.at(-1) !== 'rehearsal-failed') return;
      expect(isEnd(after.now)).toBe(true);
    });
  });

  it('never shows a lower percentage than before', () => {
    holds((before, after) => {
      const shown = progressOf(after.now)?.percent;
      if (shown !== undefined) expect(shown).toBeGreaterThanOrEqual(progressOf(before.now)?.percent ?? 0);
    });
  });

  it('is being cancelled only while requested and before the end', () => {
    holds((_before, after, past) => {
      if (!after.facts.cancelling) return;
      expect(past).toContain('cancel-asked');
      expect(isEnd(after.now)).toBe(false);
    });
  });

  it('reaches each end', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(start, fc.array(anyEvent, { maxLength: 40 }), (first, events) => {
        ends.add(events.reduce(reduce, first).now.phase);
      }),
      { numRuns: 2000 },
    );
    expect([...ends]).toEqual(expect.arrayContaining(['done', 'failed', 'cancelled']));
  });
});
