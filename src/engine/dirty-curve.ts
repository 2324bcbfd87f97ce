// SPDX-License-Identifier: LGPL-2.1-or-later
/** How much memory a VM has written to, each page counted once, when it has run for so many seconds. */
export interface DirtyPoint {
  readonly seconds: number;
  readonly bytes: number;
}

/** Bytes that are dirty after so many seconds of running. It never falls. */
export type DirtyCurve = (seconds: number) => number;

/** QEMU looks at 512 pages of each GiB unless told otherwise (DIRTYRATE_DEFAULT_SAMPLE_PAGES): one stands for 2 MiB. */
const bytesPerSample = 1024 ** 3 / 512;

/** In order, and never falling: what is dirty stays so, whatever a sample says. */
function orderly(points: readonly DirtyPoint[], memoryBytes: number): readonly DirtyPoint[] {
  let most = 0;
  return [...points]
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => a.seconds - b.seconds)
    .map(({ seconds, bytes }) => {
      most = Math.min(memoryBytes, Math.max(most, bytes));
      return { seconds, bytes: most };
    })
    .filter(({ seconds }, index, all) => all[index + 1]?.seconds !== seconds);
}

/**
 * The curve through what was measured: straight lines from nothing through each point, then on as steeply as between the
 * last two (from nothing to the only one), never more than all memory.
 */
export function likelyCurve(points: readonly DirtyPoint[], memoryBytes: number): DirtyCurve {
  const known = [{ seconds: 0, bytes: 0 }, ...orderly(points, memoryBytes)];
  return (seconds) => {
    const at = known.findIndex((point) => point.seconds >= seconds);
    const index = at < 0 ? known.length - 1 : Math.max(1, at);
    const to = known[index];
    const from = known[index - 1];
    if (to === undefined || from === undefined) return 0;
    const slope = (to.bytes - from.bytes) / (to.seconds - from.seconds);
    return Math.min(memoryBytes, Math.max(0, from.bytes + slope * (seconds - from.seconds)));
  };
}

/** One standard deviation of what a sample of pages says: the square root of how many of them were dirty. */
function samplingError(bytes: number): number {
  return Math.sqrt(bytes * bytesPerSample);
}

/**
 * The curve of somebody who trusts the sample less: one standard deviation more at each point, and before the first one
 * up to twice as steep, since pages that are written again and again count once in a window.
 */
export function cautiousCurve(points: readonly DirtyPoint[], memoryBytes: number): DirtyCurve {
  const more = orderly(points, memoryBytes).map(({ seconds, bytes }) => ({
    seconds,
    bytes: bytes + samplingError(bytes),
  }));
  const curve = likelyCurve(more, memoryBytes);
  const first = more[0];
  if (first === undefined) return curve;
  return (seconds) =>
    seconds < first.seconds
      ? Math.min(memoryBytes, first.bytes, (2 * first.bytes * seconds) / first.seconds)
      : curve(seconds);
}

/** The curve of somebody who takes the sample for unlucky: one standard deviation less. */
export function hopefulCurve(points: readonly DirtyPoint[], memoryBytes: number): DirtyCurve {
  return likelyCurve(
    points.map(({ seconds, bytes }) => ({ seconds, bytes: Math.max(0, bytes - samplingError(bytes)) })),
    memoryBytes,
  );
}

/** Bytes per second over the longest window: what an admin understands by a dirty rate. */
export function meanDirtyRate(dirty: readonly DirtyPoint[]): number {
  const longest = dirty.reduce<DirtyPoint | undefined>(
    (best, point) => (best === undefined || point.seconds > best.seconds ? point : best),
    undefined,
  );
  return longest === undefined ? 0 : longest.bytes / longest.seconds;
}
