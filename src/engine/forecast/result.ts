// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message } from '../base/index.ts';

/** Where the figure for the bandwidth comes from, the best first. */
export type BandwidthSource =
  /** Measured over the address and a port that the data will take. */
  | 'measured'
  /** Measured through ssh, which encrypts and may take another way. */
  | 'measured-over-ssh'
  /** The admin's own figure. */
  | 'given'
  /** The nominal speed of the network device: an assumption. */
  | 'nominal';

/** One moment of the copying: how much memory is still to be sent, with what the VM has changed meanwhile. */
export interface CoursePoint {
  readonly milliseconds: number;
  readonly remainingBytes: number;
}

/** What may be changed about a migration so that it ends, or ends sooner, or disturbs less. */
export type LeverName = 'auto-converge' | 'post-copy' | 'longer-pause' | 'bandwidth-limit' | 'pause-vm';

/** What the migration would be like with one lever. Times in milliseconds, rates in bytes per second. */
export interface LeverEffect {
  readonly lever: LeverName;
  /** `computed`: from the same model. `estimate`: how the VM would take it cannot be known beforehand. */
  readonly confidence: 'computed' | 'estimate';
  readonly converges: boolean;
  /** Absent where it does not end. */
  readonly totalMilliseconds?: number;
  /** How long the VM stands still; absent where it does not end. */
  readonly downtimeMilliseconds?: number;
  /** For a longer pause: what is allowed then. */
  readonly allowedMilliseconds?: number;
  /** For a limit: what it is. */
  readonly limitBytesPerSecond?: number;
  /** For auto-converge: the share of its processor time that the VM loses at the end, in percent. */
  readonly throttlePercent?: number;
}

/** The figures of every forecast. Rates in bytes per second. */
interface ForecastFigures {
  /** The VM is paused: nothing of it changes, and no lever would change anything. */
  readonly paused?: true;
  readonly dirtyBytesPerSecond: number;
  readonly bandwidthBytesPerSecond: number;
  /** The bandwidth was not measured on the way of the data. */
  readonly bandwidthAssumed: boolean;
  readonly bandwidthSource: BandwidthSource;
  /** Of the way of the data, where that was measured: how long a packet and its answer take, and the largest packet in bytes. */
  readonly roundTripMilliseconds?: number;
  readonly mtu?: number;
  /** What is copied of disks before the memory; absent where none is. */
  readonly diskBytes?: number;
  /** The least bandwidth with which it ends. */
  readonly breakEvenBytesPerSecond: number;
  /** How long QEMU may stop the VM for the last pass. */
  readonly allowedDowntimeMilliseconds: number;
  /** What remains over the time, for a picture; of one that does not end, the beginning. */
  readonly course: readonly CoursePoint[];
  readonly levers: readonly LeverEffect[];
  /** What the link carries in truth, as a part of what was said of it, learned from `track`; it is in the bandwidth already. */
  readonly bandwidthShare?: number;
  /** How good the last forecasts for these two hosts were. */
  readonly track?: { readonly migrations: number; readonly medianError?: number };
}

/** Whether the copying of memory will come to an end. Times in milliseconds, sizes in bytes, rates in bytes per second. */
export type Forecast =
  | ({
      readonly kind: 'converges';
      readonly totalMilliseconds: { readonly low: number; readonly likely: number; readonly high: number };
      readonly downtimeMilliseconds: number;
      readonly passes: number;
      readonly sentBytes: number;
    } & ForecastFigures)
  | ({ readonly kind: 'does-not-converge' } & ForecastFigures)
  | { readonly kind: 'unknown'; readonly why: Message };
