// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { msg, plainText } from '../../src/engine/base/message.ts';
import { planFor } from '../../src/engine/plan/plan.ts';
import type { TypedCheck } from '../../src/engine/preflight/check.ts';
import type { FactNeeds, FactResult, NeededValues, WantedResults } from '../../src/engine/preflight/fact.ts';
import type { Finding, Verdict } from '../../src/engine/preflight/finding.ts';
import { judgeCheck } from '../../src/engine/preflight/judge-check.ts';
import { choices } from './fixtures.ts';

/** One case and the expected result of the check. */
export interface CheckCase<N extends FactNeeds, W extends FactNeeds> {
  readonly name: string;
  readonly facts: NeededValues<N> & WantedResults<W>;
  readonly verdict: Verdict;
  readonly found?: RegExp;
  readonly temporary?: boolean;
  readonly copyDisks?: readonly string[];
  readonly also?: (finding: Finding) => void;
}

export const missing: FactResult<never> = { available: false, why: msg('It did not answer.') };

/** An available fact. */
export function there<T>(value: T): FactResult<T> {
  return { available: true, value };
}

/**
 * Runs a check in the preflight for each case, and again without each needed fact. At least one case has to pass, and one has to warn or
 * block.
 */
export function testCheck<N extends FactNeeds, W extends FactNeeds>(
  check: TypedCheck<N, W>,
  cases: readonly CheckCase<N, W>[],
): void {
  const resultsOf = (
    facts: Readonly<Record<string, unknown>>,
    names: FactNeeds,
  ): Record<string, FactResult<unknown>> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, there(facts[name])]));
  const wantedOf = (facts: Readonly<Record<string, unknown>>): Record<string, FactResult<unknown>> =>
    Object.fromEntries(Object.keys(check.wants).map((name) => [name, facts[name] as FactResult<unknown>]));
  describe(check.id, () => {
    it.each(cases)('$verdict: $name', ({ facts, verdict, found, temporary, copyDisks, also }) => {
      const plan = planFor({
        ...choices,
        temporary: temporary ?? false,
        ...(copyDisks === undefined ? {} : { copyDisks }),
      });
      const finding = judgeCheck(check, resultsOf(facts, check.needs), wantedOf(facts), plan);
      const text = plainText(finding.found);
      expect([finding.verdict, text, 'original' in finding ? finding.original : '']).toEqual([
        verdict,
        found === undefined ? text : (expect.stringMatching(found) as unknown),
        'original' in finding ? finding.original : '',
      ]);
      // Every argument of the message is used.
      expect(text).not.toMatch(/\$\d|undefined|NaN/);
      if (finding.verdict === 'warn' || finding.verdict === 'block')
        expect(finding.remedies.length).toBeGreaterThan(0);
      also?.(finding);
    });

    it.each(Object.keys(check.needs))('unknown: without %s', (name) => {
      const [first] = cases;
      const needed = { ...resultsOf(first?.facts ?? {}, check.needs), [name]: missing };
      const finding = judgeCheck(check, needed, wantedOf(first?.facts ?? {}), planFor(choices));
      expect(finding).toMatchObject({
        check: check.id,
        verdict: 'unknown',
        found: missing.available ? {} : missing.why,
      });
    });

    it('is seen passing, and warning or blocking', () => {
      const verdicts = cases.map(({ verdict }) => verdict);
      expect(verdicts).toContain('pass');
      expect(verdicts.some((verdict) => verdict === 'warn' || verdict === 'block')).toBe(true);
    });
  });
}
