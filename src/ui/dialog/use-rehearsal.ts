// SPDX-License-Identifier: LGPL-2.1-or-later
import { useEffect, useState } from 'react';
import type { MigrationChoices, Plan } from '../../engine/plan/index.ts';
import type { CheckProgress, PreflightState } from '../../engine/preflight/index.ts';
import { upcomingRehearsal } from '../../engine/rehearsal/index.ts';
import type { Model } from '../model/index.ts';

/** The rehearsal that the admin started. */
export interface RehearsalModel {
  /** Undefined before it is started and after the choices have changed. */
  readonly progress: CheckProgress | undefined;
  readonly begin: () => void;
}

/** Rehearses on demand. A change of the choices, another check and closing the dialog end it and remove the stand-in. */
export function useRehearsal(
  model: Model,
  choices: MigrationChoices | undefined,
  plan: Plan,
  round: number,
): RehearsalModel {
  const key = JSON.stringify([round, choices]);
  const [asked, setAsked] = useState<{ readonly key: string; readonly progress: CheckProgress }>();
  const [order, setOrder] = useState<{
    readonly key: string;
    readonly choices: MigrationChoices;
    readonly plan: Plan;
  }>();
  const isPresent = order?.key === key;
  useEffect(() => {
    if (order === undefined || !isPresent) return undefined;
    const ended = new AbortController();
    // Resolves to a finding, or to undefined if it was ended.
    void model.rehearse(order.choices, order.plan, ended.signal).then((finding) => {
      if (ended.signal.aborted || finding === undefined) return;
      setAsked({ key: order.key, progress: { status: 'done', finding } });
    });
    return () => {
      ended.abort();
    };
  }, [model, order, isPresent]);
  return {
    progress: asked?.key === key ? asked.progress : undefined,
    begin: () => {
      if (choices === undefined) return;
      setAsked({ key, progress: upcomingRehearsal });
      setOrder({ key, choices, plan });
    },
  };
}

/** The preflight with the row of the rehearsal after those of the checks. */
export function withRehearsal(
  preflight: PreflightState | undefined,
  progress: CheckProgress | undefined,
): PreflightState | undefined {
  if (preflight === undefined || progress === undefined) return preflight;
  return {
    ...preflight,
    running: preflight.running || progress.status === 'waiting',
    checks: [...preflight.checks, progress],
  };
}
