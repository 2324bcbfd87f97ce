// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../base/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Check } from './check.ts';
import { type FactResult, FactUnavailable, notYet } from './fact.ts';
import type { Finding } from './finding.ts';

/** Judges, and turns a missing fact or a judge that fails into `unknown`. */
export function judgeCheck(
  check: Check,
  needed: Readonly<Record<string, FactResult<unknown>>>,
  wanted: Readonly<Record<string, FactResult<unknown>>>,
  plan: Plan,
): Finding {
  const head = { check: check.id, title: check.title, group: check.group, why: check.why };
  const values: Record<string, unknown> = {};
  for (const [name, result] of Object.entries(needed)) {
    if (!result.available) return unknownFinding(head, result);
    values[name] = result.value;
  }
  try {
    return { ...head, ...check.judge(values, wanted, plan) };
  } catch (error) {
    if (error instanceof FactUnavailable) return unknownFinding(head, error.unavailability);
    return unknownFinding(head, {
      why: msg('The check itself failed. The error is in this page, not on the hosts.'),
      original: error instanceof Error ? error.message : String(error),
    });
  }
}

/** The finding of a check that more measuring will not change; undefined if there is none yet. */
export function settleCheck(
  check: Check,
  needed: Readonly<Record<string, FactResult<unknown>>>,
  wanted: Readonly<Record<string, FactResult<unknown>>>,
  plan: Plan,
): Finding | undefined {
  const { id, title, group, why } = check;
  const values: Record<string, unknown> = {};
  const missing = Object.values(needed).find((result) => !result.available && result !== notYet);
  if (missing?.available === false) return unknownFinding({ check: id, title, group, why }, missing);
  for (const [name, result] of Object.entries(needed)) {
    if (!result.available) return undefined;
    values[name] = result.value;
  }
  const judgement = check.settle?.(values, wanted, plan);
  return judgement === undefined ? undefined : { check: id, title, group, why, ...judgement };
}

function unknownFinding(
  head: Pick<Finding, 'check' | 'title' | 'group' | 'why'>,
  { why, details, original, remedies }: FactUnavailable['unavailability'],
): Finding {
  return {
    ...head,
    verdict: 'unknown',
    found: why,
    ...(details === undefined ? {} : { details }),
    ...(original === undefined ? {} : { original }),
    remedies: remedies ?? [],
  };
}
