// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationProgress } from './progress.ts';

/** One moment of a migration, for a picture. Time is that of the migration (libvirt's `time_elapsed`). */
export interface ProgressPoint {
  readonly milliseconds: number;
  readonly remainingBytes: number;
  /** Bytes per second; 0 while libvirt has no figure. */
  readonly throughputBytesPerSecond: number;
  readonly dirtyBytesPerSecond: number;
}

/** What a forecast drew: how much remains at which moment. */
export type Course = readonly Pick<ProgressPoint, 'milliseconds' | 'remainingBytes'>[];

/** More do not make a picture clearer, and each is drawn anew with every figure of libvirt. */
export const mostPoints = 120;

/**
 * The points with what libvirt tells now, in the order of time. Figures of the same moment take the place of the former ones, and those
 * of a moment before the last one are late and left out. So are those of a job of which libvirt tells no sizes yet: nothing would seem to
 * remain. The very same array where nothing is new.
 */
export function withProgress(
  points: readonly ProgressPoint[],
  {
    elapsedMilliseconds: milliseconds,
    remainingBytes,
    throughputBytesPerSecond,
    dirtyBytesPerSecond,
    memoryTotalBytes,
    disks,
  }: MigrationProgress,
): readonly ProgressPoint[] {
  if (memoryTotalBytes === 0 && disks === undefined) return points;
  const point = { milliseconds, remainingBytes, throughputBytesPerSecond, dirtyBytesPerSecond };
  const last = points.at(-1);
  if (last === undefined) return [point];
  if (milliseconds < last.milliseconds) return points;
  if (milliseconds > last.milliseconds) return thinned([...points, point]);
  return isSame(last, point) ? points : [...points.slice(0, -1), point];
}

function isSame(a: ProgressPoint, b: ProgressPoint): boolean {
  return (
    a.remainingBytes === b.remainingBytes &&
    a.throughputBytesPerSecond === b.throughputBytesPerSecond &&
    a.dirtyBytesPerSecond === b.dirtyBytesPerSecond
  );
}

/**
 * At most {@link mostPoints}: too many become half of them, evenly over the time. Of each piece of it the points stay at which the least
 * and the most remains: what remains goes up with each pass, and how far down it came is what counts.
 */
function thinned(points: readonly ProgressPoint[]): readonly ProgressPoint[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length <= mostPoints) return points;
  const width = (last.milliseconds - first.milliseconds) / (mostPoints / 4);
  const pieces = new Map<number, ProgressPoint[]>();
  for (const point of points) {
    const piece = Math.floor((point.milliseconds - first.milliseconds) / width);
    pieces.set(piece, [...(pieces.get(piece) ?? []), point]);
  }
  const kept = new Set([first, last]);
  for (const piece of pieces.values()) {
    const sorted = [...piece].sort((a, b) => a.remainingBytes - b.remainingBytes);
    for (const each of [sorted[0], sorted.at(-1)]) if (each !== undefined) kept.add(each);
  }
  return points.filter((point) => kept.has(point));
}

/** What a course says of a moment: between two of its points in proportion, before and after it as at its ends; undefined without any. */
export function remainingAt(course: Course, milliseconds: number): number | undefined {
  const after = course.findIndex((point) => point.milliseconds >= milliseconds);
  const next = course[after];
  const before = course[after - 1];
  if (next === undefined) return course.at(-1)?.remainingBytes;
  if (before === undefined) return next.remainingBytes;
  const part = (milliseconds - before.milliseconds) / (next.milliseconds - before.milliseconds);
  return before.remainingBytes + part * (next.remainingBytes - before.remainingBytes);
}

/** So many of the points that a person can read them, evenly over the time, the last one among them. */
export function rowsOf(points: readonly ProgressPoint[], most: number): readonly ProgressPoint[] {
  if (points.length <= most) return points;
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => points[Math.round(index * step)]).filter(
    (point) => point !== undefined,
  );
}
