// SPDX-License-Identifier: LGPL-2.1-or-later

/** Writes ascending ports as `49152` or `49152-49155, 49160`. */
export function portRanges(ports: readonly number[]): string {
  const parts: { first: number; last: number }[] = [];
  for (const port of ports) {
    const before = parts.at(-1);
    if (before?.last === port - 1) before.last = port;
    else parts.push({ first: port, last: port });
  }
  return parts.map(({ first, last }) => portRange(first, last)).join(', ');
}

/** Writes one range. */
export function portRange(first: number, last: number): string {
  return first === last ? String(first) : `${first}-${last}`;
}
