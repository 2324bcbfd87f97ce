// SPDX-License-Identifier: LGPL-2.1-or-later
import { type DirtyPoint, dirtyRateOf, pooled } from '../../forecast/index.ts';
import { defineFact } from '../fact.ts';
import { libvirtDirtyRateFact } from './libvirt-dirty-rate.ts';
import { memorySampleFact } from './memory-sample.ts';

/** How fast a VM writes to its memory. */
export interface DirtyRate {
  /** {@link dirtyRateOf} the points. */
  readonly bytesPerSecond: number;
  /** The longest window, in seconds. */
  readonly seconds: number;
  /** What was dirty after each window; none if it was not measured. */
  readonly points: readonly DirtyPoint[];
  /** False when it was not measured because a VM that is paused writes nothing. */
  readonly measured: boolean;
}

/** What libvirt measured, and what our own look at more pages says. Without libvirt's figure there is none. */
export const dirtyRateFact = defineFact<
  DirtyRate,
  { libvirt: typeof libvirtDirtyRateFact },
  { sample: typeof memorySampleFact }
>({
  name: 'dirty-rate',
  needs: { libvirt: libvirtDirtyRateFact },
  wants: { sample: memorySampleFact },
  slow: true,
  gather: ({ libvirt: { points: measured, measured: isMeasured } }, _context, { sample }) => {
    const points = pooled(measured, isMeasured && sample.available ? sample.value.points : []);
    const seconds = Math.max(0, ...measured.map((each) => each.seconds));
    return { bytesPerSecond: dirtyRateOf(points), seconds, points, measured: isMeasured };
  },
});
