// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { msg, plainText } from '../../../src/engine/base/message.ts';
import { type Check, defineCheck } from '../../../src/engine/preflight/check.ts';
import { defineFact, FactUnavailable } from '../../../src/engine/preflight/fact.ts';
import { Preflight } from '../../../src/engine/preflight/preflight.ts';
import { onAbort } from '../../../src/platform/on-abort.ts';
import { choices } from '../fixtures.ts';
import { dependencies, head } from './preflight-fixture.ts';

describe('a preflight with a measurement that goes on', () => {
  /** A measurement with the interim value 1 and the final value 2. */
  function measuring(): {
    fact: ReturnType<typeof defineFact<number>>;
    end: () => void;
    aborted: () => boolean;
  } {
    let finish: (value: number) => void = () => undefined;
    let aborted = false;
    const fact = defineFact<number>({
      name: 'measured',
      slow: true,
      gather: (_, { signal }, _wanted, soFar) => {
        onAbort(signal, () => {
          aborted = true;
        });
        soFar(1);
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    return {
      fact,
      end: () => {
        finish(2);
      },
      aborted: () => aborted,
    };
  }
  const settling = (fact: ReturnType<typeof measuring>['fact'], settles: boolean): Check =>
    defineCheck({
      id: 'rate',
      ...head,
      needs: {
        doubled: defineFact<number, { it: typeof fact }>({
          name: 'doubled',
          needs: { it: fact },
          slow: true,
          derived: true,
          gather: ({ it: value }) => 2 * value,
        }),
      },
      judge: ({ doubled }) => ({ verdict: 'pass', found: msg('$0', doubled) }),
      settle: ({ doubled }) => (settles ? { verdict: 'pass', found: msg('$0 so far', doubled) } : undefined),
    });
  /** The admin chose no window. */
  const { dirtyRateSeconds: _, ...unhurried } = choices;
  const found = (preflight: Preflight): string => {
    const [first] = preflight.state.get().checks;
    return first?.status === 'done' ? plainText(first.finding.found) : 'waiting';
  };

  it('is decided as soon as the verdict cannot change, and refined at the end', async () => {
    const { fact, end } = measuring();
    const preflight = new Preflight(dependencies, unhurried, { checks: [settling(fact, true)] });
    await preflight.start();
    expect(preflight.state.get()).toMatchObject({ running: false, refining: true });
    expect(found(preflight)).toBe('2 so far');
    end();
    await expect.poll(() => preflight.state.get().refining).toBe(false);
    expect(found(preflight)).toBe('4');
    expect(preflight.state.get().running).toBe(false);
  });

  it('ends the measurement when it is stopped, and keeps what is decided', async () => {
    const { fact, aborted } = measuring();
    const preflight = new Preflight(dependencies, unhurried, { checks: [settling(fact, true)] });
    await preflight.start();
    preflight.stop();
    expect(aborted()).toBe(true);
    expect(preflight.state.get()).toMatchObject({ running: false, refining: false });
    expect(found(preflight)).toBe('2 so far');
  });

  it.each([
    ['the verdict may change', false, {}, {}],
    ['it is to be thorough', true, { thorough: true }, {}],
    ['the admin chose how long to measure', true, {}, { dirtyRateSeconds: 5 }],
  ])('waits for its end where %s', async (_why, settles, options, chosen) => {
    const { fact, end } = measuring();
    const preflight = new Preflight(
      dependencies,
      { ...unhurried, ...chosen },
      {
        checks: [settling(fact, settles)],
        ...options,
      },
    );
    let over = false;
    const done = preflight.start().then(() => {
      over = true;
    });
    await expect.poll(() => preflight.state.get().forecast).toBeDefined();
    expect([found(preflight), over, preflight.state.get().running]).toEqual(['waiting', false, true]);
    end();
    await done;
    expect(found(preflight)).toBe('4');
    expect(preflight.state.get()).toMatchObject({ running: false, refining: false });
  });

  it('says at once what cannot be known, whatever is measured', async () => {
    const { fact } = measuring();
    const missing = defineFact<number>({
      name: 'missing',
      gather: () => {
        throw new FactUnavailable({ why: msg('Nobody knows.') });
      },
    });
    const preflight = new Preflight(dependencies, unhurried, {
      checks: [
        defineCheck({
          id: 'both',
          ...head,
          needs: { fact, missing },
          judge: () => ({ verdict: 'pass', found: msg('x') }),
          settle: () => ({ verdict: 'pass', found: msg('x') }),
        }),
      ],
    });
    await preflight.start();
    expect(found(preflight)).toBe('Nobody knows.');
    preflight.stop();
  });
});
