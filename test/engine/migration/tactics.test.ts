// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextActions, type TacticsAction, tacticsAtStart } from '../../../src/engine/migration/tactics.ts';
import { type MigrationTuning, stallActions } from '../../../src/engine/plan/index.ts';
import { type MigrationProgress, noProgress } from '../../../src/engine/progress/progress.ts';

interface Look {
  readonly seconds: number;
  readonly stalled?: boolean;
  readonly pass?: number;
}

/** The figures of a migration that leaves 100 MB in each pass, and sent 1000 MB in 10 s. */
function figures({ seconds, pass = 3 }: Look): MigrationProgress {
  return {
    ...noProgress,
    pass,
    elapsedMilliseconds: seconds * 1000,
    transferredBytes: seconds * 100_000_000,
    bestPass: { pass: 1, elapsedMilliseconds: 1000, remainingBytes: 1, mostBytes: 100_000_000 },
  };
}

/** The actions for each set of figures. */
function played(tuning: MigrationTuning, looks: readonly Look[]): readonly (readonly TacticsAction[])[] {
  let state = tacticsAtStart;
  return looks.map((look) => {
    const next = nextActions(tuning, state, figures(look), look.stalled === true);
    state = next.state;
    return next.actions;
  });
}

describe('what was chosen before the start', () => {
  it('is done once, when libvirt reports the job', () => {
    const tuning: MigrationTuning = { maxDowntimeMilliseconds: 2000, pauseVm: true };
    expect(played(tuning, [{ seconds: 1 }, { seconds: 2 }])).toEqual([
      [{ kind: 'longer-pause', milliseconds: 2000 }, { kind: 'pause-vm' }],
      [],
    ]);
  });

  it('switches to post-copy once, after the first pass', () => {
    const looks = [1, 1, 2, 3].map((pass, at) => ({ seconds: at + 1, pass }));
    expect(played({ postCopy: true }, looks)).toEqual([[], [], [{ kind: 'post-copy' }], []]);
  });

  it('does nothing without options', () => {
    expect(played({}, [{ seconds: 1 }, { seconds: 100, stalled: true }])).toEqual([[], []]);
  });
});

describe('the steps against a stall', () => {
  const onStall = [
    { action: 'longer-pause', afterSeconds: 10 },
    { action: 'pause-vm', afterSeconds: 20 },
    { action: 'cancel', afterSeconds: 0 },
  ] as const;

  it('are taken in their order, each after its time', () => {
    const looks = [30, 39, 40, 59, 60, 61].map((seconds) => ({ seconds, stalled: true }));
    expect(played({ onStall }, looks)).toEqual([
      [],
      [],
      // 100 MB at 100 MB/s, a quarter more, in whole seconds.
      [{ kind: 'longer-pause', milliseconds: 2000 }],
      [],
      [{ kind: 'pause-vm' }],
      [{ kind: 'cancel' }],
    ]);
  });

  it('wait anew when the migration makes progress meanwhile', () => {
    const looks = [
      { seconds: 30, stalled: true },
      { seconds: 35 },
      { seconds: 41, stalled: true },
      { seconds: 50, stalled: true },
      { seconds: 51, stalled: true },
    ];
    expect(played({ onStall }, looks).map(({ length }) => length)).toEqual([0, 0, 0, 0, 1]);
  });

  it('begin at the timeout, stalled or not', () => {
    const looks = [{ seconds: 59 }, { seconds: 60 }, { seconds: 70 }];
    expect(played({ onStall, timeoutSeconds: 60 }, looks).map(({ length }) => length)).toEqual([0, 0, 1]);
  });

  it('skip a pause of unknown length', () => {
    const { actions, state } = nextActions(
      { onStall: [{ action: 'longer-pause', afterSeconds: 0 }] },
      tacticsAtStart,
      noProgress,
      true,
    );
    expect(actions).toEqual([]);
    expect(state.step).toBe(1);
  });

  it('are each taken once at most, whatever the figures do', () => {
    const look = fc.record({
      seconds: fc.nat(600),
      stalled: fc.boolean(),
      pass: fc.integer({ min: 1, max: 9 }),
    });
    const step = fc.record({ action: fc.constantFrom(...stallActions), afterSeconds: fc.nat(60) });
    fc.assert(
      fc.property(
        fc.uniqueArray(step, { selector: ({ action }) => action }),
        fc.array(look, { maxLength: 40 }),
        (steps, looks) => {
          const rising = [...looks].sort((a, b) => a.seconds - b.seconds);
          const done = played({ onStall: steps }, rising).flat();
          const order = steps.map(({ action }) => action);
          const kinds = done.map(({ kind }) => kind);
          expect(kinds).toEqual(order.slice(0, kinds.length));
        },
      ),
    );
  });
});
