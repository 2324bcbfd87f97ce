// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../../platform/on-abort.ts';

/** Waits, or throws the signal's reason as soon as it aborts. */
export async function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    const unsubscribe = onAbort(signal, end);
  });
  signal.throwIfAborted();
}
