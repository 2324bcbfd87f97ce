// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../platform/on-abort.ts';

/** A time limit was reached. */
export class OverTime extends Error {
  override readonly name = 'OverTime';
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`Not done within ${milliseconds / 1000} s`);
    this.milliseconds = milliseconds;
  }
}

/**
 * Settles as the promise does, unless the signal aborts (rejects with its reason) or the time limit is reached (rejects with {@link
 * OverTime}). The work itself is not stopped.
 */
export async function bounded<T>(
  awaited: Promise<T>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  // Its rejection may have no other handler any more.
  awaited.catch(() => undefined);
  let undo = (): void => undefined;
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(new OverTime(milliseconds));
    }, milliseconds);
    const forget =
      signal === undefined
        ? undefined
        : onAbort(signal, () => {
            reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
          });
    undo = () => {
      clearTimeout(timer);
      forget?.();
    };
  });
  try {
    return await Promise.race([awaited, limit]);
  } finally {
    undo();
  }
}
