// SPDX-License-Identifier: LGPL-2.1-or-later
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import {
  defineFact,
  type Fact,
  FactUnavailable,
  type NoFacts,
  notYet,
  required,
} from '../../../src/engine/preflight/fact.ts';
import { FactCache, Gatherer, type GathererOptions } from '../../../src/engine/preflight/gatherer.ts';
import { onAbort } from '../../../src/platform/on-abort.ts';
import { choices } from '../fixtures.ts';

// The facts of this test use neither of them.
const unused = {} as Pick<GathererOptions, 'platform' | 'connection'>;

function gatherer(change: Partial<GathererOptions> = {}): Gatherer {
  return new Gatherer({
    ...unused,
    choices,
    cache: new FactCache(),
    lifetime: new AbortController().signal,
    quickChecks: Promise.resolve(),
    ...change,
  });
}

/** A fact that counts how often it is gathered. */
function counting(
  name: string,
  definition: { choices?: Fact<unknown>['choices']; kind?: 'session' } = {},
): Fact<number> {
  let count = 0;
  return defineFact<number>({ name, ...definition, gather: () => ++count });
}

describe('Gatherer', () => {
  it('has one listener for the end, however many facts there are', async () => {
    const end = new AbortController();
    const many = gatherer({ lifetime: end.signal });
    const begun: string[] = [];
    const results = Array.from({ length: 40 }, (_, index) => {
      const name = `fact-${index}`;
      return many.get(
        defineFact<never>({
          name,
          gather: () => {
            begun.push(name);
            return new Promise(() => undefined);
          },
        }),
      );
    });
    await expect.poll(() => begun.length).toBe(40);
    expect(getEventListeners(end.signal, 'abort').length).toBeLessThan(5);
    end.abort();
    for (const result of await Promise.all(results)) expect(result.available).toBe(false);
  });

  it('tells what a measurement says so far, and what follows from it', async () => {
    let end: (value: number) => void = () => undefined;
    const measured = defineFact<number>({
      name: 'measured',
      slow: true,
      gather: (_needed, _context, _wanted, soFar) => {
        soFar(1);
        return new Promise((resolve) => {
          end = resolve;
        });
      },
    });
    const silent = defineFact<number>({ name: 'silent', gather: () => new Promise(() => undefined) });
    const doubled = defineFact<number, NoFacts, { it: typeof measured; other: typeof silent }>({
      name: 'doubled',
      wants: { it: measured, other: silent },
      derived: true,
      gather: (_needed, _context, { it: value, other }) => {
        if (other !== notYet) throw new Error('More is known than can be.');
        return 2 * required(value);
      },
    });
    const alone = defineFact<number, NoFacts, { other: typeof silent }>({
      name: 'alone',
      wants: { other: silent },
      derived: true,
      gather: (_needed, _context, { other }) => required(other),
    });
    const one = gatherer();
    expect(await one.soFar(doubled)).toBeUndefined();
    const result = one.get(measured);
    void one.get(silent);
    await expect.poll(() => one.soFar(measured)).toEqual({ available: true, value: 1 });
    expect(await one.soFar(doubled)).toEqual({ available: true, value: 2 });
    // It is missing only while the measurement runs.
    expect(await one.soFar(alone)).toBeUndefined();
    expect(await one.soFarOf({ measured, silent })).toEqual({
      measured: { available: true, value: 1 },
      silent: notYet,
    });
    end(5);
    await result;
    expect(await one.soFar(doubled)).toEqual({ available: true, value: 10 });
  });

  it('gathers once, and hands over what is needed and wanted', async () => {
    const base = counting('base');
    const broken = defineFact<number>({
      name: 'broken',
      gather: () => {
        throw new FactUnavailable({ why: msg('No.') });
      },
    });
    const sum = defineFact<string, { base: typeof base }, { broken: typeof broken }>({
      name: 'sum',
      needs: { base },
      wants: { broken },
      gather: (needed, _, wanted) => `${needed.base} ${String(wanted.broken.available)}`,
    });
    const needy = defineFact<number, { broken: typeof broken }>({
      name: 'needy',
      needs: { broken },
      gather: (needed) => needed.broken,
    });
    const it_ = gatherer();
    expect(await Promise.all([it_.get(sum), it_.get(sum), it_.get(base)])).toEqual([
      { available: true, value: '1 false' },
      { available: true, value: '1 false' },
      { available: true, value: 1 },
    ]);
    expect(await it_.get(needy)).toEqual({ available: false, why: msg('No.') });
  });

  it('gives up at the time limit, and when the preflight ends', async () => {
    const aborted: string[] = [];
    const never = (name: string): Fact<number> =>
      defineFact<number>({
        name,
        timeLimitMilliseconds: name === 'late' ? 20 : 60_000,
        gather: (_, { signal }) =>
          new Promise(() => {
            onAbort(signal, () => aborted.push(name));
          }),
      });
    expect(await gatherer().get(never('late'))).toMatchObject({ available: false });
    const end = new AbortController();
    const result = gatherer({ lifetime: end.signal }).get(never('stopped'));
    setTimeout(() => {
      end.abort();
    }, 5);
    expect(await result).toMatchObject({ available: false });
    expect(aborted).toEqual(['late', 'stopped']);
  });

  it('keeps the original text of an error', async () => {
    const failing = defineFact<number>({
      name: 'failing',
      gather: () => Promise.reject(new Error('ENOENT')),
    });
    expect(await gatherer().get(failing)).toMatchObject({ available: false, original: 'ENOENT' });
  });

  it('reuses only facts that do not depend on the changed choice', async () => {
    const cache = new FactCache();
    const facts = {
      free: counting('free'),
      bound: counting('bound', { choices: ['destination'] }),
      session: counting('session', { kind: 'session' }),
    };
    const all = async (destination: string): Promise<unknown[]> => {
      const now = gatherer({ cache, choices: { ...choices, destination } });
      return Promise.all(
        Object.values(facts).map(async (fact) => {
          const result = await now.get(fact);
          return result.available ? result.value : undefined;
        }),
      );
    };
    expect(await all('a')).toEqual([1, 1, 1]);
    expect(await all('b')).toEqual([1, 2, 2]);
    expect(await all('b')).toEqual([1, 2, 3]);
  });
});
