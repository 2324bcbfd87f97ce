// SPDX-License-Identifier: LGPL-2.1-or-later
import { onAbort } from '../../platform/on-abort.ts';

/** The time for something is over. */
export class OverTime extends Error {
  override readonly name = 'OverTime';
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`Not done within ${milliseconds / 1000} s`);
    this.milliseconds = milliseconds;
  }
}

/** What is awaited, or the signal's reason, or {@link OverTime}. What was begun goes on. */
export async function bounded<T>(
  awaited: Promise<T>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  // Nobody may be waiting for it any more.
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
