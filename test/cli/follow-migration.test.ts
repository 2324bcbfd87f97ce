// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CliEnvironment, Output } from '../../src/cli/environment.ts';
import { followMigration } from '../../src/cli/follow-migration.ts';
import { Cell } from '../../src/engine/base/cell.ts';
import { Deferred } from '../../src/engine/base/deferred.ts';
import type { Migration } from '../../src/engine/migration/state.ts';
import { noProgress } from '../../src/engine/progress/progress.ts';
import { choices } from '../engine/fixtures.ts';

const running: Migration = {
  vm: choices.vm,
  destination: choices.destination,
  startedHere: true,
  cancelling: false,
  steering: [],
  state: { phase: 'copying', progress: noProgress },
};

function screen(): Output & { written: string } {
  const it = {
    isTerminal: false,
    columns: 80,
    written: '',
    write: (text: string): void => {
      it.written += text;
    },
  };
  return it;
}

/** A followed migration, with functions to signal the program, and the results. */
function followed(): {
  readonly signal: (wish: 'interrupt' | 'leave') => void;
  /** libvirt answers the cancel request. */
  readonly answer: () => Promise<void>;
  readonly look: (migration: Migration) => void;
  readonly end: (migration: Migration) => void;
  readonly requests: () => number;
  readonly errors: () => string;
  /** The migration's last state when the program left, or its result; undefined while it is followed. */
  readonly outcome: () => Promise<Migration | undefined>;
} {
  const ended = new Deferred<Migration>();
  const request = new Deferred<undefined>();
  const state = new Cell(running);
  const listeners: Parameters<CliEnvironment['onSignal']>[0][] = [];
  const cancel = vi.fn(async () => {
    await request.promise;
  });
  const err = screen();
  let outcome: Migration | undefined;
  void followMigration(
    { vm: choices.vm, state, ended: ended.promise },
    cancel,
    { quiet: false },
    {
      err,
      onSignal: (listener) => {
        listeners.push(listener);
        return () => {
          listeners.splice(listeners.indexOf(listener), 1);
        };
      },
    },
  ).then((migration) => {
    outcome = migration;
  });
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
  return {
    signal: (wish) => {
      for (const listener of listeners) listener(wish);
    },
    answer: async () => {
      request.resolve(undefined);
      await settle();
    },
    look: (migration) => {
      state.set(migration);
    },
    end: ended.resolve,
    requests: () => cancel.mock.calls.length,
    errors: () => err.written,
    outcome: async () => {
      await settle();
      return outcome;
    },
  };
}

describe('an interrupt', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks libvirt to cancel, and waits for the end', async () => {
    const it = followed();
    it.signal('interrupt');
    await it.answer();
    expect([it.requests(), await it.outcome()]).toEqual([1, undefined]);
    const cancelled: Migration = { ...running, state: { phase: 'cancelled', answers: [] } };
    it.end(cancelled);
    expect(await it.outcome()).toBe(cancelled);
    expect(it.errors()).not.toContain('left in the hands');
  });

  it('a second time does not leave before libvirt has the request', async () => {
    const it = followed();
    it.signal('interrupt');
    it.signal('interrupt');
    expect([it.requests(), await it.outcome()]).toEqual([1, undefined]);
    expect(it.errors()).toContain('Leaving once libvirt has the request.');
    await it.answer();
    expect(await it.outcome()).toBe(running);
    expect(it.errors()).toContain('goes on in libvirt');
  });

  it('a second time leaves at once when libvirt has the request', async () => {
    const it = followed();
    it.signal('interrupt');
    await it.answer();
    it.signal('interrupt');
    expect(await it.outcome()).toBe(running);
  });

  it('a third time leaves at once', async () => {
    const it = followed();
    for (const _ of [1, 2, 3]) it.signal('interrupt');
    expect(await it.outcome()).toBe(running);
  });

  it('a second time waits ten seconds at most', async () => {
    const it = followed();
    it.signal('interrupt');
    it.signal('interrupt');
    await vi.advanceTimersByTimeAsync(9999);
    expect(await it.outcome()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(await it.outcome()).toBe(running);
  });
});

it('a request to end leaves the migration, and cancels nothing', async () => {
  vi.useFakeTimers();
  const it = followed();
  it.signal('leave');
  expect([await it.outcome(), it.requests()]).toEqual([running, 0]);
  vi.useRealTimers();
});

it('the progress goes to standard error, because it is not part of the result', () => {
  expect(followed().errors()).toMatch(/^0 % {2}0 bytes of 0 bytes left/);
});

it('says once what would help when it stalls', () => {
  const it = followed();
  const bestPass = { pass: 2, elapsedMilliseconds: 9000, remainingBytes: 1024, mostBytes: 1024 };
  const progress = { ...noProgress, elapsedMilliseconds: 20_000, transferredBytes: 4096, pass: 6, bestPass };
  for (const pass of [6, 7])
    it.look({ ...running, state: { phase: 'copying', progress: { ...progress, pass }, stalled: true } });
  const advice = it.errors().split('What helps:').slice(1);
  expect(advice).toHaveLength(1);
  expect(advice[0]).toContain(`virsh -c qemu:///system migrate-setmaxdowntime ${choices.vm.uuid} 7000`);
});
