// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Finding } from './finding.ts';
import type { Message } from './message.ts';

/** One check's place in the list while findings stream in. */
export type CheckProgress =
  | { readonly status: 'waiting'; readonly check: string; readonly title: Message }
  | { readonly status: 'done'; readonly finding: Finding };

/** What the preflight as a whole says; `blocked` counts only blocks that were not overridden. */
export type PreflightVerdict = 'ready' | 'ready-with-warnings' | 'blocked' | 'unknown';

/** Whether the copying of memory will come to an end. Times in milliseconds, sizes in bytes, rates in bytes per second. */
export type Forecast =
  | {
      readonly kind: 'converges';
      readonly totalMilliseconds: { readonly low: number; readonly high: number };
      readonly downtimeMilliseconds: number;
      readonly passes: number;
      readonly sentBytes: number;
      readonly dirtyBytesPerSecond: number;
      readonly bandwidthBytesPerSecond: number;
      /** The bandwidth was not measured but assumed (nominal speed of the link). */
      readonly bandwidthAssumed: boolean;
    }
  | {
      readonly kind: 'does-not-converge';
      readonly dirtyBytesPerSecond: number;
      readonly bandwidthBytesPerSecond: number;
      readonly bandwidthAssumed: boolean;
      /** The least bandwidth with which it would end. */
      readonly breakEvenBytesPerSecond: number;
    }
  | { readonly kind: 'unknown'; readonly why: Message };

/** A preflight, running or done. Checks keep the order of the registry. */
export interface PreflightState {
  readonly running: boolean;
  readonly checks: readonly CheckProgress[];
  readonly forecast: Forecast | undefined;
}
