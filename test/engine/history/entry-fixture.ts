// SPDX-License-Identifier: LGPL-2.1-or-later
import type { HistoryEntry } from '../../../src/engine/history/entry.ts';

/** A migration that went as forecast. */
export const past: HistoryEntry = {
  version: 1,
  vm: 'web',
  uuid: '0178c545-e3fe-456b-b934-f487d10a9784',
  connection: 'system',
  source: 'alpha',
  destination: 'qemu+ssh://beta/system',
  temporary: false,
  flags: ['LIVE', 'PEER2PEER'],
  start: '2026-11-28T10:00:00.000Z',
  end: '2026-11-28T10:00:30.000Z',
  result: 'done',
  runsOn: 'destination',
  verification: 'confirmed',
  forecast: { finishes: true, totalMilliseconds: 24_000, pauseMilliseconds: 200 },
  actual: { totalMilliseconds: 30_000, pauseMilliseconds: 180, sentBytes: 2 * 1024 ** 3 },
  who: 'anna',
  startedHere: true,
};

/** The changes to a migration while it ran. */
export const steered: NonNullable<HistoryEntry['steered']> = [
  {
    action: { kind: 'longer-pause', milliseconds: 2000 },
    at: '2026-11-28T10:00:05.000Z',
    by: 'plan',
    state: 'done',
  },
  {
    action: { kind: 'post-copy' },
    at: '2026-11-28T10:00:09.000Z',
    by: 'admin',
    state: 'refused',
    reason: 'post-copy is not enabled',
  },
];

/** One that began so many minutes later. */
export function later(minutes: number, change: Partial<HistoryEntry> = {}): HistoryEntry {
  const move = (time: string): string => new Date(Date.parse(time) + minutes * 60_000).toISOString();
  return { ...past, start: move(past.start), end: move(past.end), ...change };
}
