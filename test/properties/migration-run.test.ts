// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reduce } from '../../src/engine/migration/reducer.ts';
import type { RunEvent } from '../../src/engine/migration/run-event.ts';
import { isEnd, progressOf, type RunState, seenRun } from '../../src/engine/migration/run-state.ts';
import { LibvirtError } from '../../src/libvirt/errors.ts';
import { asExpected, at, runIn, sampleEvents, vm } from '../engine/migration/run-samples.ts';

const progress = fc.integer({ min: 0, max: 99 }).map(at);
const error = fc
  .constantFrom('closed' as const, 'host-key' as const, 'operation-aborted' as const, 'other' as const)
  .map((reason) => new LibvirtError(reason, reason));
const answers = fc.array(
  fc.constantFrom('as-expected' as const, 'not-as-expected' as const, 'unknown' as const).map((verdict) => ({
    ...asExpected,
    verdict,
  })),
  { maxLength: 3 },
);

/** Any event, with what it tells varied; those that make a migration go on more often, so that all phases are reached. */
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
  fc.record({
    kind: fc.constantFrom('arrival-verified' as const, 'cancel-verified' as const),
    answers,
  }),
);

const start = fc.constantFrom(runIn('queued', { copyDisks: ['vda'] }), runIn('queued'), seenRun(vm));

/** Plays the events, and hands each step to `check` with all that happened up to it. */
function play(
  first: RunState,
  events: readonly RunEvent[],
  check: (before: RunState, after: RunState, past: readonly RunEvent['kind'][]) => void,
): void {
  let state = first;
  const past: RunEvent['kind'][] = [];
  for (const event of events) {
    past.push(event.kind);
    const next = reduce(state, event);
    check(state, next, past);
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
  it('never goes back from an end', () => {
    holds((before, after) => {
      if (isEnd(before.now)) expect(after).toBe(before);
    });
  });

  it('is done only after both hosts were asked', () => {
    holds((before, after, past) => {
      if (after.now.phase !== 'done' || before.now.phase === 'done') return;
      expect(before.now.phase).toBe('verifying');
      expect(past.at(-1)).toBe('arrival-verified');
      expect(past.some((kind) => kind === 'call-succeeded' || kind === 'vm-left')).toBe(true);
    });
  });

  it('is confirmed only if every answer was as expected, and there was one', () => {
    holds((_before, { now }) => {
      if (now.phase !== 'done' || now.verification !== 'confirmed') return;
      expect(now.answers.length).toBeGreaterThan(0);
      expect(now.answers.every(({ verdict }) => verdict === 'as-expected')).toBe(true);
    });
  });

  it('is cancelled only if that was asked for, here or by what libvirt says', () => {
    holds((before, after, past) => {
      if (after.now.phase !== 'cancelled' || before.now.phase === 'cancelled') return;
      const asked = ['dropped', 'cancel-asked', 'call-aborted'] as const;
      expect(asked.some((kind) => past.includes(kind))).toBe(true);
      expect(['queued', 'verifying-cancel']).toContain(before.now.phase);
    });
  });

  it('fails only after libvirt said that it did', () => {
    holds((before, after, past) => {
      if (after.now.phase !== 'failed' || before.now.phase === 'failed') return;
      expect(past.some((kind) => kind === 'call-failed' || kind === 'vm-stayed')).toBe(true);
    });
  });

  it('never shows less than before', () => {
    holds((before, after) => {
      const shown = progressOf(after.now)?.percent;
      if (shown !== undefined) expect(shown).toBeGreaterThanOrEqual(progressOf(before.now)?.percent ?? 0);
    });
  });

  it('is being cancelled only while that was asked for and there is no end', () => {
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
