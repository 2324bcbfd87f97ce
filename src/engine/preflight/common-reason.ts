// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, plainText, type Remedy } from '../base/index.ts';
import type { Finding } from './finding.ts';

type UnknownFinding = Extract<Finding, { verdict: 'unknown' }>;

/** Checks that could not be done for the same reason. */
export interface CommonReason {
  readonly found: Message;
  readonly original?: string;
  /** What they also have in common. The findings keep only the rest. */
  readonly details: readonly Message[];
  readonly remedies: readonly Remedy[];
  readonly findings: readonly UnknownFinding[];
}

/** An entry of the list: one finding, or several that are unknown for the same reason. */
export type FindingGroup =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'same-reason'; readonly reason: CommonReason };

function reasonOf({ found, original = '' }: UnknownFinding): string {
  return JSON.stringify([plainText(found), original]);
}

function remedyKey(remedy: Remedy): string {
  return JSON.stringify({ ...remedy, text: plainText(remedy.text) });
}

/** The items that all lists have in common, and a function that removes them from a list. */
function shared<T>(
  lists: readonly (readonly T[])[],
  keyOf: (item: T) => string,
): { readonly common: readonly T[]; readonly rest: (list: readonly T[]) => readonly T[] } {
  const [first = [], ...others] = lists.map((list) => new Map(list.map((item) => [keyOf(item), item])));
  const common = new Map([...first].filter(([key]) => others.every((other) => other.has(key))));
  return {
    common: [...common.values()],
    rest: (list) => list.filter((item) => !common.has(keyOf(item))),
  };
}

function sameReason([first, ...others]: readonly [UnknownFinding, ...UnknownFinding[]]): CommonReason {
  const findings = [first, ...others];
  const details = shared(
    findings.map((finding) => finding.details ?? []),
    (detail) => plainText(detail),
  );
  const remedies = shared(
    findings.map((finding) => finding.remedies),
    remedyKey,
  );
  return {
    found: first.found,
    ...(first.original === undefined ? {} : { original: first.original }),
    details: details.common,
    remedies: remedies.common,
    findings: findings.map((finding) => ({
      ...finding,
      details: details.rest(finding.details ?? []),
      remedies: remedies.rest(finding.remedies),
    })),
  };
}

/**
 * The findings in order. Those that are unknown for the same reason are grouped at the position of the first one, so that their
 * reason is read once.
 */
export function groupByReason(findings: readonly Finding[]): readonly FindingGroup[] {
  const unknown = findings.filter((finding) => finding.verdict === 'unknown');
  return findings.flatMap((finding): readonly FindingGroup[] => {
    if (finding.verdict !== 'unknown') return [{ kind: 'finding', finding }];
    const [first = finding, ...others] = unknown.filter((other) => reasonOf(other) === reasonOf(finding));
    if (first !== finding) return [];
    return others.length === 0
      ? [{ kind: 'finding', finding }]
      : [{ kind: 'same-reason', reason: sameReason([first, ...others]) }];
  });
}
