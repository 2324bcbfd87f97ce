// SPDX-License-Identifier: LGPL-2.1-or-later
import { useEffect, useState } from 'react';
import { Cell, type ReadonlyCell } from '../../engine/base/index.ts';
import type { MigrationChoices, MigrationTuning } from '../../engine/plan/index.ts';
import type { PreflightState } from '../../engine/preflight/index.ts';
import { type PreflightMaker, type PreflightRun, useCell } from '../model/index.ts';

/** How long typing has to pause before the hosts are queried. */
const restMilliseconds = 350;

const nothing: ReadonlyCell<undefined> = new Cell(undefined);

/** The choices that the hosts' answers depend on. The tuning is not one of them. */
function keyOf(round: number, { tuning: _, rehearse: __, ...choices }: MigrationChoices): string {
  return JSON.stringify([round, choices]);
}

/**
 * Runs the preflight for the choices: shortly after they changed, or at once to check again. Stops the previous one, and the last
 * one when the dialog closes. Undefined while there is none for the present choices.
 */
export function usePreflight(
  make: PreflightMaker,
  choices: MigrationChoices | undefined,
  round: number,
): PreflightState | undefined {
  const key = choices === undefined ? undefined : keyOf(round, choices);
  const tuning = JSON.stringify(choices?.tuning ?? {});
  const [current, setCurrent] = useState<{
    readonly key: string;
    readonly round: number;
    readonly run: PreflightRun;
  }>();
  const lastRound = current?.round ?? 0;

  useEffect(() => {
    if (key === undefined) return undefined;
    const [, wanted] = JSON.parse(key) as [number, MigrationChoices];
    const fresh = round !== lastRound;
    let stop: (() => void) | undefined;
    const timer = setTimeout(
      () => {
        const run = make(wanted, fresh);
        stop = () => {
          run.stop();
        };
        run.start();
        setCurrent({ key, round, run });
      },
      fresh ? 0 : restMilliseconds,
    );
    return () => {
      clearTimeout(timer);
      stop?.();
    };
    // The last state decides only whether facts are gathered again. It must not start a new run.
  }, [make, key, round]);

  const run = current !== undefined && current.key === key ? current.run : undefined;
  useEffect(() => {
    run?.retune(JSON.parse(tuning) as MigrationTuning);
  }, [run, tuning]);
  return useCell<PreflightState | undefined>(run?.state ?? nothing);
}
