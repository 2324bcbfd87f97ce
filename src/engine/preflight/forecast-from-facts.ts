// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg } from '../base/index.ts';
import {
  breakEvenRange,
  type Forecast,
  type ForecastInput,
  forecastCopy,
  type TrackRecord,
} from '../forecast/index.ts';
import type { MigrationTuning } from '../plan/index.ts';
import type { FactResult } from './fact.ts';
import type { Bandwidth } from './facts/bandwidth.ts';
import type { DirtyRate } from './facts/dirty-rate.ts';
import type { DiskCopies } from './facts/disk-copies.ts';
import type { SourceDomain } from './facts/domain.ts';
import type { MemorySample } from './facts/memory-sample.ts';

/** The facts that a forecast needs. */
export interface ForecastFacts {
  readonly domain: FactResult<SourceDomain>;
  readonly dirtyRate: FactResult<DirtyRate>;
  readonly bandwidth: FactResult<Bandwidth>;
  readonly memory: FactResult<MemorySample>;
  readonly track: FactResult<TrackRecord>;
  readonly copies: FactResult<DiskCopies>;
}

/** The forecast, or why there is none. Undefined while longer measurements may still decide whether the migration finishes. */
export function forecastFrom(facts: ForecastFacts, tuning: MigrationTuning): Forecast | undefined {
  const input = forecastInputFrom(facts, tuning);
  if ('why' in input) return { kind: 'unknown', why: input.why };
  if (input.measuring === true) {
    const { low, high } = breakEvenRange(input);
    if (low <= input.bandwidthBytesPerSecond && high > input.bandwidthBytesPerSecond) return undefined;
  }
  return forecastCopy(input);
}

/** The input of the model, or why it is missing. */
export function forecastInputFrom(
  { domain, dirtyRate, bandwidth, memory, track, copies }: ForecastFacts,
  tuning: MigrationTuning,
): ForecastInput | { readonly why: Message } {
  for (const result of [domain, dirtyRate, bandwidth, copies]) {
    if (!result.available) return { why: result.why };
  }
  if (
    !domain.available ||
    !dirtyRate.available ||
    !bandwidth.available ||
    !copies.available ||
    bandwidth.value.bytesPerSecond <= 0
  ) {
    return { why: msg('The link between the hosts carried no data.') };
  }
  const { disks } = copies.value;
  const unmeasured = disks.find(({ dataBytes }) => dataBytes === undefined);
  if (unmeasured !== undefined) return { why: msg('The size of disk $0 is not known.', unmeasured.disk) };
  // Without a sample: the resident memory of QEMU, an upper bound of what has to be sent.
  const nonZeroBytes = memory.available ? memory.value.nonZeroBytes : domain.value.residentBytes;
  return {
    memoryBytes: domain.value.config.memoryBytes,
    ...(nonZeroBytes === undefined ? {} : { nonZeroBytes }),
    dirty: dirtyRate.value.points,
    paused: !dirtyRate.value.measured,
    ...(dirtyRate.value.more === true ? { measuring: true } : {}),
    bandwidthBytesPerSecond: bandwidth.value.bytesPerSecond,
    bandwidthSource: bandwidth.value.source,
    ...(bandwidth.value.roundTripMilliseconds === undefined
      ? {}
      : { roundTripMilliseconds: bandwidth.value.roundTripMilliseconds }),
    ...(bandwidth.value.mtu === undefined ? {} : { mtu: bandwidth.value.mtu }),
    ...(bandwidth.value.connectMilliseconds === undefined
      ? {}
      : { connectMilliseconds: bandwidth.value.connectMilliseconds }),
    ...(disks.length === 0
      ? {}
      : { diskBytes: disks.reduce((sum, { dataBytes = 0 }) => sum + dataBytes, 0) }),
    ...(track.available ? { track: track.value } : {}),
    ...tacticsOf(tuning),
  };
}

/** The choices that change the forecast, as input of the model. */
function tacticsOf(
  tuning: MigrationTuning,
): Pick<
  ForecastInput,
  'autoConverge' | 'postCopy' | 'pauseVm' | 'limitBytesPerSecond' | 'downtimeMilliseconds'
> {
  const { autoConverge = false, postCopy = false, pauseVm = false } = tuning;
  const { bandwidthLimitBytesPerSecond: limit, maxDowntimeMilliseconds: downtime } = tuning;
  return {
    autoConverge,
    postCopy,
    pauseVm,
    ...(limit === undefined ? {} : { limitBytesPerSecond: limit }),
    ...(downtime === undefined ? {} : { downtimeMilliseconds: downtime }),
  };
}
