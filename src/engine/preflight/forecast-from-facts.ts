// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../base/index.ts';
import { type Forecast, type ForecastInput, forecastCopy, type TrackRecord } from '../forecast/index.ts';
import type { MigrationTuning } from '../plan/index.ts';
import type { FactResult } from './fact.ts';
import type { Bandwidth } from './facts/bandwidth.ts';
import type { DirtyRate } from './facts/dirty-rate.ts';
import type { DiskCopies } from './facts/disk-copies.ts';
import type { SourceDomain } from './facts/domain.ts';
import type { MemorySample } from './facts/memory-sample.ts';

/** The forecast from facts, or why there is none. */
export function forecastFrom(
  domain: FactResult<SourceDomain>,
  dirtyRate: FactResult<DirtyRate>,
  bandwidth: FactResult<Bandwidth>,
  memory: FactResult<MemorySample>,
  track: FactResult<TrackRecord>,
  copies: FactResult<DiskCopies>,
  tuning: MigrationTuning,
): Forecast {
  for (const result of [domain, dirtyRate, bandwidth, copies]) {
    if (!result.available) return { kind: 'unknown', why: result.why };
  }
  if (
    !domain.available ||
    !dirtyRate.available ||
    !bandwidth.available ||
    !copies.available ||
    bandwidth.value.bytesPerSecond <= 0
  ) {
    return { kind: 'unknown', why: msg('The link between the hosts carried no data.') };
  }
  const { disks } = copies.value;
  const unmeasured = disks.find(({ dataBytes }) => dataBytes === undefined);
  if (unmeasured !== undefined)
    return { kind: 'unknown', why: msg('The size of disk $0 is not known.', unmeasured.disk) };
  // Without a sample, the resident memory of QEMU: an upper bound of what has to be sent.
  const nonZeroBytes = memory.available ? memory.value.nonZeroBytes : domain.value.residentBytes;
  return forecastCopy({
    memoryBytes: domain.value.config.memoryBytes,
    ...(nonZeroBytes === undefined ? {} : { nonZeroBytes }),
    dirty: dirtyRate.value.points,
    paused: !dirtyRate.value.measured,
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
  });
}

/** What the admin chose that changes how long it takes, in the words of the model. */
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
