// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Message } from '../base/index.ts';
import type { Plan } from '../plan/index.ts';
import type { CheckGroup } from './check-group.ts';
import type { FactNeeds, FactResult, NeededValues, NoFacts, WantedResults } from './fact.ts';
import type { Judgement } from './finding.ts';

/** One question of the preflight: which facts it needs, and a pure function from them to a judgement. */
export interface Check {
  /** Also the name of its file, of its test and of its heading in docs/checks.md. */
  readonly id: string;
  readonly title: Message;
  readonly group: CheckGroup;
  /** Why the answer matters. */
  readonly why: Message;
  readonly needs: FactNeeds;
  readonly wants: FactNeeds;
  judge(
    needed: Readonly<Record<string, unknown>>,
    wanted: Readonly<Record<string, FactResult<unknown>>>,
    plan: Plan,
  ): Judgement;
  /**
   * From facts of which some are still being measured: the judgement, if more measuring will not change its verdict; else
   * undefined. A check without it waits for the end of the measurement.
   */
  settle?(
    needed: Readonly<Record<string, unknown>>,
    wanted: Readonly<Record<string, FactResult<unknown>>>,
    plan: Plan,
  ): Judgement | undefined;
}

/**
 * Defines a check. If a fact under `needs` is missing, the runner says `unknown` with its reason. Facts under `wants` are passed on
 * even if missing. A judge that needs one of those throws FactUnavailable, which the runner turns into `unknown`.
 */
export function defineCheck<N extends FactNeeds, W extends FactNeeds = NoFacts>(definition: {
  readonly id: string;
  readonly title: Message;
  readonly group: CheckGroup;
  readonly why: Message;
  readonly needs: N;
  readonly wants?: W;
  readonly judge: (facts: NeededValues<N> & WantedResults<W>, plan: Plan) => Judgement;
  readonly settle?: (facts: NeededValues<N> & WantedResults<W>, plan: Plan) => Judgement | undefined;
}): TypedCheck<N, W> {
  const { settle } = definition;
  return {
    id: definition.id,
    title: definition.title,
    group: definition.group,
    why: definition.why,
    needs: definition.needs,
    wants: definition.wants ?? ({} as W),
    judge: (needed, wanted, plan) =>
      definition.judge({ ...needed, ...wanted } as NeededValues<N> & WantedResults<W>, plan),
    judgeFacts: definition.judge,
    ...(settle === undefined
      ? {}
      : {
          settle: (needed, wanted, plan) =>
            settle({ ...needed, ...wanted } as NeededValues<N> & WantedResults<W>, plan),
        }),
  };
}

/** A check with the types of its facts, for its test. */
export interface TypedCheck<N extends FactNeeds, W extends FactNeeds> extends Check {
  readonly needs: N;
  readonly wants: W;
  readonly judgeFacts: (facts: NeededValues<N> & WantedResults<W>, plan: Plan) => Judgement;
}
