// SPDX-License-Identifier: LGPL-2.1-or-later
import { useEffect, useState } from 'react';
import { Cell, type ReadonlyCell } from '../../engine/base/index.ts';
import type { MigrationChoices } from '../../engine/plan/index.ts';
import type { PreflightState } from '../../engine/preflight/index.ts';
import { type PreflightMaker, useCell } from '../model/index.ts';

/** Typing has to rest for so long before the hosts are asked. */
const restMilliseconds = 350;

const nothing: ReadonlyCell<undefined> = new Cell(undefined);

/**
 * Runs the preflight for the choices: a while after they changed, at once when it is to be done again; the one before is
 * stopped, and the last one when the dialog goes away. Undefined while there is none for the present choices.
 */
export function usePreflight(
  make: PreflightMaker,
  choices: MigrationChoices | undefined,
  round: number,
): PreflightState | undefined {
  const key = choices === undefined ? undefined : JSON.stringify([round, choices]);
  const [current, setCurrent] = useState<{
    readonly key: string;
    readonly round: number;
    readonly state: ReadonlyCell<PreflightState>;
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
        setCurrent({ key, round, state: run.state });
      },
      fresh ? 0 : restMilliseconds,
    );
    return () => {
      clearTimeout(timer);
      stop?.();
    };
    // What was shown last decides only whether facts are fresh; a new run must not begin because of it.
  }, [make, key, round]);

  const state = useCell<PreflightState | undefined>(
    current !== undefined && current.key === key ? current.state : nothing,
  );
  return state;
}
