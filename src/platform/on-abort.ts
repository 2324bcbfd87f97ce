// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Unsubscribe } from './platform.ts';

/** The listeners for each signal. The signal itself has only one listener, however many wait. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls the listener once when the signal aborts, unless it was removed before. A signal that is aborted already calls no listener.
 *
 * One signal ends everything that a preflight has started, including 64 port tests. Node reports more than ten listeners on one
 * signal as a leak (MaxListenersExceededWarning), so they share one.
 */
export function onAbort(signal: AbortSignal, listener: () => void): Unsubscribe {
  const known = waiting.get(signal);
  const listeners = known ?? new Set<() => void>();
  const call = (): void => {
    listener();
  };
  listeners.add(call);
  if (known === undefined) {
    waiting.set(signal, listeners);
    // eslint-disable-next-line no-restricted-syntax -- The one listener that all share.
    signal.addEventListener(
      'abort',
      () => {
        for (const each of [...listeners]) each();
        listeners.clear();
      },
      { once: true },
    );
  }
  return () => {
    listeners.delete(call);
  };
}
