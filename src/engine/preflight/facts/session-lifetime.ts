// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../../platform/on-abort.ts';
import type { FactContext } from '../fact.ts';

/** The lifetime of what a fact of kind `session` opens. */
export interface SessionLifetime {
  /** Aborted when it has to end: at the fact's time limit before it is established, and with the preflight. */
  readonly signal: AbortSignal;
  /** From now on it lives as long as the preflight. */
  established(): void;
  end(): void;
}

export function sessionLifetime({ signal, lifetime }: FactContext): SessionLifetime {
  const life = new AbortController();
  const end = (): void => {
    life.abort();
  };
  const notOverdue = onAbort(signal, end);
  onAbort(lifetime, end);
  if (signal.aborted) end();
  return {
    signal: life.signal,
    established: notOverdue,
    end,
  };
}
