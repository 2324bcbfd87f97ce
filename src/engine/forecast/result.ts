// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message } from '../base/index.ts';

/** Where the bandwidth figure comes from, the best source first. */
export type BandwidthSource =
  /** Measured to the address and a port that the migration will use. */
  | 'measured'
  /** Measured through ssh, which encrypts and may use another route. */
  | 'measured-over-ssh'
  /** The admin's own figure. */
  | 'given'
  /** The nominal speed of the network device: an assumption. */
  | 'nominal';

/** How much memory is still to be sent at one moment, including what the VM has changed meanwhile. */
export interface CoursePoint {
  readonly milliseconds: number;
  readonly remainingBytes: number;
}

/** Options that make a migration finish, finish sooner, or disturb the VM less. */
export type LeverName = 'auto-converge' | 'post-copy' | 'longer-pause' | 'bandwidth-limit' | 'pause-vm';

/** The forecast with one lever. Times in milliseconds, rates in bytes per second. */
export interface LeverEffect {
  readonly lever: LeverName;
  /** `computed`: from the same model. `estimate`: it depends on how the VM reacts. */
  readonly confidence: 'computed' | 'estimate';
  readonly converges: boolean;
  /** Absent if the migration does not finish. */
  readonly totalMilliseconds?: number;
  /** How long the VM pauses. Absent if the migration does not finish. */
  readonly downtimeMilliseconds?: number;
  /** For a longer pause: the allowed pause. */
  readonly allowedMilliseconds?: number;
  /** For a bandwidth limit: its value. */
  readonly limitBytesPerSecond?: number;
  /** For auto-converge: the CPU time that the VM loses at the end, in percent. */
  readonly throttlePercent?: number;
}

/** The figures of every forecast. Rates in bytes per second. */
interface ForecastFigures {
  /** The VM is paused: its memory does not change, and no lever has an effect. */
  readonly paused?: true;
  readonly dirtyBytesPerSecond: number;
  readonly bandwidthBytesPerSecond: number;
  /** The bandwidth was not measured on the route of the data. */
  readonly bandwidthAssumed: boolean;
  readonly bandwidthSource: BandwidthSource;
  /** On the route of the data, if measured: the round-trip time, and the largest packet in bytes. */
  readonly roundTripMilliseconds?: number;
  readonly mtu?: number;
  /** Data of disks that is copied before the memory. Absent if no disk is copied. */
  readonly diskBytes?: number;
  /** The lowest bandwidth with which the migration finishes. */
  readonly breakEvenBytesPerSecond: number;
  /** How long QEMU may stop the VM for the last pass. */
  readonly allowedDowntimeMilliseconds: number;
  /** What remains over time, for the chart. If the migration does not finish: the first part of it. */
  readonly course: readonly CoursePoint[];
  readonly levers: readonly LeverEffect[];
  /** The share of the given bandwidth that the link really carried, from `track`. The bandwidth already includes it. */
  readonly bandwidthShare?: number;
  /** How good the last forecasts for these two hosts were. */
  readonly track?: { readonly migrations: number; readonly medianError?: number };
}

/** Whether copying the memory will finish. Times in milliseconds, sizes in bytes, rates in bytes per second. */
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
