// SPDX-License-Identifier: LGPL-2.1-or-later
/** How much memory a VM has written to after a number of seconds. Each page counts once. */
export interface DirtyPoint {
  readonly seconds: number;
  readonly bytes: number;
  /** How many bytes of memory one page of the sample represents. If absent: QEMU's value. */
  readonly bytesPerSample?: number;
}

/** Bytes that are dirty after so many seconds of running. It never falls. */
export type DirtyCurve = (seconds: number) => number;

/** By default, QEMU samples 512 pages of each GiB (DIRTYRATE_DEFAULT_SAMPLE_PAGES): one page represents 2 MiB. */
export const qemuBytesPerSample = 1024 ** 3 / 512;

/** Sorted, and never falling: a dirty page stays dirty, whatever a sample says. */
function orderly(points: readonly DirtyPoint[], memoryBytes: number): readonly DirtyPoint[] {
  let most = 0;
  return [...points]
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => a.seconds - b.seconds)
    .map((point) => {
      most = Math.min(memoryBytes, Math.max(most, point.bytes));
      return { ...point, bytes: most };
    })
    .filter(({ seconds }, index, all) => all[index + 1]?.seconds !== seconds);
}

/**
 * The curve through the measured points: straight lines from zero through each point. After the last point it continues with the
 * slope between the last two (or from zero to a single one), up to the size of the memory.
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

/** One standard deviation of a sample of pages: the square root of the number of dirty ones. */
function samplingError({ bytes, bytesPerSample = qemuBytesPerSample }: DirtyPoint): number {
  return Math.sqrt(bytes * bytesPerSample);
}

/** Two windows that differ by at most this are taken as equal, because timers are not exact. */
const sameWindow = 0.1;

/**
 * Combines two samples. For a window that both have: the mean, weighted by the number of pages. Points that only one of them has
 * stay as they are.
 */
export function pooled(one: readonly DirtyPoint[], other: readonly DirtyPoint[]): readonly DirtyPoint[] {
  const same = (a: DirtyPoint, b: DirtyPoint): boolean => Math.abs(a.seconds / b.seconds - 1) <= sameWindow;
  const weight = ({ bytesPerSample = qemuBytesPerSample }: DirtyPoint): number => 1 / bytesPerSample;
  const joined = other.map((point): DirtyPoint => {
    const partner = one.find((each) => same(each, point));
    if (partner === undefined) return point;
    const weights = weight(point) + weight(partner);
    const mean = (value: (of: DirtyPoint) => number): number =>
      (value(point) * weight(point) + value(partner) * weight(partner)) / weights;
    return {
      seconds: mean(({ seconds }) => seconds),
      bytes: mean(({ bytes }) => bytes),
      bytesPerSample: 1 / weights,
    };
  });
  const alone = one.filter((point) => !other.some((each) => same(each, point)));
  return [...joined, ...alone].sort((a, b) => a.seconds - b.seconds);
}

/**
 * A pessimistic curve: one standard deviation more at each point, and up to twice as steep before the first point, because pages
 * that are written repeatedly count once in a window.
 */
export function cautiousCurve(points: readonly DirtyPoint[], memoryBytes: number): DirtyCurve {
  const more = orderly(points, memoryBytes).map((point) => ({
    ...point,
    bytes: point.bytes + samplingError(point),
  }));
  const curve = likelyCurve(more, memoryBytes);
  const first = more[0];
  if (first === undefined) return curve;
  return (seconds) =>
    seconds < first.seconds
      ? Math.min(memoryBytes, first.bytes, (2 * first.bytes * seconds) / first.seconds)
      : curve(seconds);
}

/** An optimistic curve: one standard deviation less. */
export function hopefulCurve(points: readonly DirtyPoint[], memoryBytes: number): DirtyCurve {
  return likelyCurve(
    points.map((point) => ({ ...point, bytes: Math.max(0, point.bytes - samplingError(point)) })),
    memoryBytes,
  );
}

/** The number of standard deviations to allow while a measurement still runs. */
const early = 2;

/** If none of the sampled pages changed, up to this many of them may still change: the rule of three, at 95 %. */
const unseen = 3;

/**
 * An upper bound for a VM with a steady load, whatever longer windows will show: after the last window, the VM writes only to pages
 * that were clean, as fast as before.
 */
export function steepestCurve(points: readonly DirtyPoint[], memoryBytes: number): DirtyCurve {
  const most = orderly(points, memoryBytes).map(({ bytesPerSample = qemuBytesPerSample, ...point }) => ({
    ...point,
    bytes: point.bytes + early * Math.sqrt(point.bytes * bytesPerSample) + unseen * bytesPerSample,
  }));
  const [first, last] = [most[0], most.at(-1)];
  if (first === undefined || last === undefined) return () => 0;
  const curve = likelyCurve(most, memoryBytes);
  return (seconds) =>
    seconds < first.seconds
      ? Math.min(memoryBytes, first.bytes, (2 * first.bytes * seconds) / first.seconds)
      : seconds <= last.seconds
        ? curve(seconds)
        : Math.min(memoryBytes, (last.bytes * seconds) / last.seconds);
}

/** A lower bound for a VM with a steady load: after the last window, the VM writes only to pages that are dirty already. */
export function flattestCurve(points: readonly DirtyPoint[], memoryBytes: number): DirtyCurve {
  const least = points.map((point) => ({
    ...point,
    bytes: Math.max(0, point.bytes - early * samplingError(point)),
  }));
  const last = Math.max(0, ...least.map(({ seconds }) => seconds));
  const curve = likelyCurve(least, memoryBytes);
  return (seconds) => curve(Math.min(seconds, last));
}

/**
 * Bytes per second, over one second: what an admin understands by a dirty rate. In a longer window, a VM that writes to the same
 * memory repeatedly seems slower than it is.
 */
export function dirtyRateOf(dirty: readonly DirtyPoint[]): number {
  return likelyCurve(dirty, Infinity)(1);
}
