// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText, type Message, msg, nmsg } from '../base/index.ts';
import type { HistoryEntry, PastSteering } from './entry.ts';

/** The quality of the forecasts of migrations that finished. */
export interface ForecastQuality {
  /** Migrations with a forecast and a measured time. */
  readonly compared: number;
  /** Forecasts whose total time was off by at most a quarter. */
  readonly withinQuarter: number;
  /** The median error of the total time: 0.1 means 10 %, in either direction. */
  readonly medianError?: number;
  /** Migrations that finished although the forecast said that they would not. */
  readonly finishedUnexpectedly: number;
}

/** The error of the forecast total time, relative to the actual time; undefined if they cannot be compared. */
export function forecastError({ result, forecast, actual }: HistoryEntry): number | undefined {
  if (result !== 'done' || forecast?.totalMilliseconds === undefined || actual === undefined)
    return undefined;
  if (actual.totalMilliseconds === 0) return undefined;
  return forecast.totalMilliseconds / actual.totalMilliseconds - 1;
}

/** Computes the quality of the forecasts. */
export function forecastQuality(entries: readonly HistoryEntry[]): ForecastQuality {
  const errors = entries
    .map(forecastError)
    .filter((error) => error !== undefined)
    .map(Math.abs)
    .sort((a, b) => a - b);
  const middle = errors.slice(Math.floor((errors.length - 1) / 2), Math.floor(errors.length / 2) + 1);
  return {
    compared: errors.length,
    withinQuarter: errors.filter((error) => error <= 0.25).length,
    ...(errors.length === 0
      ? {}
      : { medianError: middle.reduce((sum, error) => sum + error, 0) / middle.length }),
    finishedUnexpectedly: entries.filter(
      ({ result, forecast }) => result === 'done' && forecast?.finishes === false,
    ).length,
  };
}

/** The quality of the forecasts, as sentences. */
export function qualityText({
  compared,
  withinQuarter,
  medianError,
  finishedUnexpectedly,
}: ForecastQuality): readonly Message[] {
  return [
    ...(medianError === undefined
      ? [msg('No forecast to compare yet.')]
      : [
          nmsg(
            'Of $0 forecast of the total time, $1 was at most 25 % off. Median: $2 % off.',
            'Of $0 forecasts of the total time, $1 were at most 25 % off. Median: $2 % off.',
            compared,
            withinQuarter,
            Math.round(medianError * 100),
          ),
        ]),
    ...(finishedUnexpectedly === 0
      ? []
      : [
          nmsg(
            '$0 migration finished although the forecast said that it would not.',
            '$0 migrations finished although the forecast said that they would not.',
            finishedUnexpectedly,
          ),
        ]),
  ];
}

const doneWords = {
  confirmed: msg('Done'),
  contradicted: msg('Done, not as expected'),
  incomplete: msg('Done, not verified'),
} as const;

/** Where the VM is after a failure, if not here. */
const failedWords = {
  source: msg('Failed'),
  destination: msg('Failed'),
  nowhere: msg('Failed: the VM ended'),
  both: msg('Failed: on both hosts'),
  unknown: msg('Failed: not known where the VM is'),
} as const;

/** How it ended, in a few words. */
export function resultText({
  result,
  runsOn = 'source',
  verification = 'confirmed',
  rehearsal,
}: HistoryEntry): Message {
  if (result === 'failed' && rehearsal?.result === 'failed') return msg('Not migrated: the rehearsal failed');
  switch (result) {
    case 'done':
      return doneWords[verification];
    case 'failed':
      return failedWords[runsOn];
    case 'cancelled':
      return msg('Cancelled');
  }
}

/** The actual and the forecast duration. */
export function timeText({ start, end, forecast, actual }: HistoryEntry): Message {
  const took = durationText(actual?.totalMilliseconds ?? Date.parse(end) - Date.parse(start));
  if (forecast === undefined) return took;
  return forecast.totalMilliseconds === undefined
    ? msg('$0 (forecast: will not finish)', took)
    : msg('$0 (forecast: $1)', took, durationText(forecast.totalMilliseconds));
}

/** The actual and the forecast pause; undefined if neither is known. */
export function pauseText({ forecast, actual }: HistoryEntry): Message | undefined {
  if (actual?.pauseMilliseconds === undefined) return undefined;
  const paused = durationText(actual.pauseMilliseconds);
  return forecast?.pauseMilliseconds === undefined
    ? paused
    : msg('$0 (forecast: $1)', paused, durationText(forecast.pauseMilliseconds));
}

/** What became of the stand-in, in a few words; undefined where nobody here knows. */
export function pastRehearsalText({ rehearsal }: HistoryEntry): Message | undefined {
  switch (rehearsal?.result) {
    case 'passed':
      return rehearsal.milliseconds === undefined
        ? msg('Passed')
        : msg('Passed in $0', durationText(rehearsal.milliseconds));
    case 'failed':
      return msg('Failed');
    case 'left-out':
      return msg('Left out');
    case undefined:
      return undefined;
  }
}

/** One thing that was asked of libvirt, for a list: `2026-11-28T10:00:05.000Z longer-pause=2000 done`. */
function steeringWord({ action, at, state }: PastSteering): string {
  const figure =
    action.kind === 'longer-pause'
      ? `=${action.milliseconds}`
      : action.kind === 'bandwidth-limit'
        ? `=${action.bytesPerSecond ?? 'none'}`
        : '';
  return `${at} ${action.kind}${figure} ${state}`;
}

/** The entries in which every word of the filter occurs, in whatever place. */
export function filterHistory(entries: readonly HistoryEntry[], filter: string): readonly HistoryEntry[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return entries;
  return entries.filter((entry) => {
    const text = [entry.vm, entry.uuid, entry.destination, entry.result, entry.who, entry.start, entry.reason]
      .filter((each) => each !== undefined)
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const columns: readonly (readonly [
  string,
  (entry: HistoryEntry) => string | number | boolean | undefined,
])[] = [
  ['vm', ({ vm }) => vm],
  ['uuid', ({ uuid }) => uuid],
  ['source', ({ source }) => source],
  ['destination', ({ destination }) => destination],
  ['temporary', ({ temporary }) => temporary],
  ['copy_disks', ({ copyDisks }) => copyDisks?.join(' ')],
  ['overrides', ({ overrides }) => overrides?.join(' ')],
  ['rehearsal', ({ rehearsal }) => rehearsal?.result],
  ['rehearsal_ms', ({ rehearsal }) => rehearsal?.milliseconds],
  ['rehearsal_reason', ({ rehearsal }) => rehearsal?.reason],
  ['steered', ({ steered }) => steered?.map(steeringWord).join('; ')],
  ['start', ({ start }) => start],
  ['end', ({ end }) => end],
  ['result', ({ result }) => result],
  ['runs_on', ({ runsOn }) => runsOn],
  ['verification', ({ verification }) => verification],
  ['forecast_total_ms', ({ forecast }) => forecast?.totalMilliseconds],
  ['total_ms', ({ actual }) => actual?.totalMilliseconds],
  ['forecast_pause_ms', ({ forecast }) => forecast?.pauseMilliseconds],
  ['pause_ms', ({ actual }) => actual?.pauseMilliseconds],
  ['sent_bytes', ({ actual }) => actual?.sentBytes],
  ['who', ({ who }) => who],
  ['reason', ({ reason }) => reason],
];

/** A field as in RFC 4180. Text that a spreadsheet would take for a formula is marked as text. */
function csvField(value: string | number | boolean | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The entries as comma-separated values (RFC 4180). */
export function historyCsv(entries: readonly HistoryEntry[]): string {
  return [
    columns.map(([name]) => name),
    ...entries.map((entry) => columns.map(([, value]) => csvField(value(entry)))),
  ]
    .map((row) => `${row.join(',')}\r\n`)
    .join('');
}

/** The entries as one JSON document; `#/$defs/history` of docs/report.schema.json. */
export function historyDocument(entries: readonly HistoryEntry[]): {
  readonly version: 1;
  readonly migrations: readonly HistoryEntry[];
  readonly forecasts: ForecastQuality;
} {
  return { version: 1, migrations: entries, forecasts: forecastQuality(entries) };
}
