// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Unsubscribe } from './platform.ts';

/** Who waits for a signal; the signal itself has one listener of ours, however many wait. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls the listener once when the signal is raised, unless it was taken back before. A signal that was raised already calls nobody.
 *
 * One signal ends all that a preflight has started, 64 tries of ports among it. Node takes more than ten listeners on one signal for a
 * leak and prints a MaxListenersExceededWarning, so they share one.
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
