// SPDX-License-Identifier: LGPL-2.1-or-later
import { type DirtyPoint, dirtyRateOf, pooled } from '../../forecast/index.ts';
import { defineFact, type NoFacts, notYet, required } from '../fact.ts';
import { libvirtDirtyRateFact } from './libvirt-dirty-rate.ts';
import { memorySampleFact } from './memory-sample.ts';

/** How fast a VM writes to its memory. */
export interface DirtyRate {
  /** {@link dirtyRateOf} the points. */
  readonly bytesPerSecond: number;
  /** The longest window, in seconds. */
  readonly seconds: number;
  /** Dirty memory after each window; empty if not measured. */
  readonly points: readonly DirtyPoint[];
  /** False if it was not measured because a paused VM writes nothing. */
  readonly measured: boolean;
  /** Longer windows are still being measured. */
  readonly more?: true;
}

/** The dirty rate from these points. */
function rateFrom(
  points: readonly DirtyPoint[],
  { measured, more }: Pick<DirtyRate, 'measured' | 'more'>,
): DirtyRate {
  return {
    bytesPerSecond: dirtyRateOf(points),
    seconds: Math.max(0, ...points.map((each) => Math.round(each.seconds))),
    points,
    measured,
    ...(more === true ? { more } : {}),
  };
}

/**
 * Combines libvirt's measurement with our own sample, which has more pages. While libvirt measures, the interim value comes from the
 * sample alone. Without libvirt's figure there is no final value.
 */
export const dirtyRateFact = defineFact<
  DirtyRate,
  NoFacts,
  { libvirt: typeof libvirtDirtyRateFact; sample: typeof memorySampleFact }
>({
  name: 'dirty-rate',
  wants: { libvirt: libvirtDirtyRateFact, sample: memorySampleFact },
  slow: true,
  derived: true,
  gather: (_needed, _context, { libvirt, sample }) => {
    const own = sample.available ? sample.value.points : [];
    if (libvirt === notYet && own.length > 0) return rateFrom(own, { measured: true, more: true });
    const { points, measured, more } = required(libvirt);
    return rateFrom(pooled(points, measured ? own : []), { measured, ...(more === true ? { more } : {}) });
  },
});
