// SPDX-License-Identifier: LGPL-2.1-or-later
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Usual steps of time, in milliseconds. */
const timeSteps: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 20, 30].map((count) => count * minute),
  ...[1, 2, 4, 8, 12, 24].map((count) => count * hour),
];

/** The marks of an axis, and the distance between them. */
export interface Ticks {
  readonly step: number;
  readonly values: readonly number[];
}

function ticksOf(step: number, most: number): Ticks {
  return { step, values: Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step) };
}

/** Marks of an axis of time up to `most`, both in milliseconds: at most `count` after the one at zero. */
export function timeTicks(most: number, count: number): Ticks {
  const days = 24 * hour;
  const step = timeSteps.find((each) => most / each < count + 1) ?? Math.ceil(most / count / days) * days;
  return ticksOf(step, most);
}

/** Marks of an axis of memory up to `most`, both in bytes: powers of two; one to three after the one at zero. */
export function byteTicks(most: number): Ticks {
  return ticksOf(2 ** Math.ceil(Math.log2(Math.max(1, most) / 3.9)), most);
}
