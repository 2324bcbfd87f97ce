// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';
import { parseDestination } from '../destination/index.ts';
import { appendState, readState } from '../store/index.ts';
import { migrationOverhead } from './overhead.ts';
import type { BandwidthSource, Forecast } from './result.ts';

/** What was forecast before a migration began. Milliseconds, bytes per second. */
export type Prediction = {
  /** Data of disks to copy before the memory; absent if there was none. */
  readonly diskBytes?: number;
} & (
  | {
      readonly kind: 'converges';
      readonly totalMilliseconds: number;
      readonly downtimeMilliseconds: number;
      /** As measured or given, without correction by earlier migrations. */
      readonly bandwidthBytesPerSecond: number;
      readonly bandwidthSource: BandwidthSource;
    }
  | {
      readonly kind: 'does-not-converge';
      readonly bandwidthBytesPerSecond: number;
      readonly bandwidthSource: BandwidthSource;
    }
);

/** What is known before a migration begins. */
export interface ExpectedMigration {
  /** Identifies a migration: the VM's UUID and the start time. Two pages may record the same one. */
  readonly id: string;
  /** {@link routeOf} the migration. */
  readonly route: string;
  readonly predicted: Prediction;
}

/** One finished migration: what was forecast, and what libvirt counted. Milliseconds, bytes. */
export interface TrackEntry extends ExpectedMigration {
  readonly actual: {
    readonly totalMilliseconds: number;
    readonly downtimeMilliseconds?: number;
    readonly sentBytes: number;
    /** QEMU's mean while memory was copied. Absent if libvirt did not report it. */
    readonly bytesPerSecond?: number;
  };
}

/** What earlier migrations show for the next forecast between the same hosts. */
export interface TrackRecord {
  /** The number of finished migrations. */
  readonly migrations: number;
  /** The median error of the total time: 0.1 means 10 %, in either direction. Absent if no migration was forecast to finish. */
  readonly medianError?: number;
  /** The share of the given bandwidth that the link really carried, for each source of the figure. */
  readonly share: Readonly<Partial<Record<BandwidthSource, number>>>;
  /** The median overhead of libvirt, in milliseconds. Absent if unknown. */
  readonly overheadMilliseconds?: number;
}

/** Older migrations may be from other hardware and other loads. */
const recent = 5;

/** Shorter migrations say little about the link, in milliseconds. */
const shortest = 3000;

/** Limits of the correction. A larger difference between link and measurement has another cause, so it is ignored. */
const [leastShare, mostShare] = [0.5, 1.5];

/** The route from this host: the destination host, and the address of the data if one was chosen. */
export function routeOf(destination: string, migrationUri: string | undefined): string {
  const input = parseDestination(destination, { localNames: [], connection: 'system' });
  const host = input.kind === 'valid' ? input.parts.host.toLowerCase() : destination;
  return migrationUri === undefined ? host : `${host} ${migrationUri}`;
}

/** What is stored of a forecast; undefined if there was none. */
export function predictionOf(forecast: Forecast | undefined): Prediction | undefined {
  if (forecast === undefined || forecast.kind === 'unknown') return undefined;
  const link = {
    bandwidthBytesPerSecond: forecast.bandwidthBytesPerSecond / (forecast.bandwidthShare ?? 1),
    bandwidthSource: forecast.bandwidthSource,
    ...(forecast.diskBytes === undefined ? {} : { diskBytes: forecast.diskBytes }),
  };
  return forecast.kind === 'converges'
    ? {
        kind: 'converges',
        totalMilliseconds: forecast.totalMilliseconds.likely,
        downtimeMilliseconds: forecast.downtimeMilliseconds,
        ...link,
      }
    : { kind: 'does-not-converge', ...link };
}

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const sources: ReadonlySet<unknown> = new Set<BandwidthSource>([
  'measured',
  'measured-over-ssh',
  'given',
  'nominal',
]);

function isExpected(value: unknown): value is ExpectedMigration {
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['route'] !== 'string') return false;
  const { predicted } = value;
  return (
    isObject(predicted) &&
    (predicted['kind'] === 'does-not-converge' ||
      (predicted['kind'] === 'converges' &&
        isAmount(predicted['totalMilliseconds']) &&
        isAmount(predicted['downtimeMilliseconds']))) &&
    (predicted['diskBytes'] === undefined || isAmount(predicted['diskBytes'])) &&
    isAmount(predicted['bandwidthBytesPerSecond']) &&
    sources.has(predicted['bandwidthSource'])
  );
}

function isEntry(value: unknown): value is TrackEntry {
  if (!isExpected(value) || !('actual' in value)) return false;
  const { actual } = value;
  return (
    isObject(actual) &&
    isAmount(actual['totalMilliseconds']) &&
    isAmount(actual['sentBytes']) &&
    (actual['downtimeMilliseconds'] === undefined || isAmount(actual['downtimeMilliseconds'])) &&
    (actual['bytesPerSecond'] === undefined || isAmount(actual['bytesPerSecond']))
  );
}

/** Parses JSON; undefined if the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Parses an entry that was written with {@link JSON.stringify}; undefined for anything else. */
export function parseExpected(text: string): ExpectedMigration | undefined {
  const value = parsed(text);
  return isExpected(value) ? value : undefined;
}

/** Reads the file. Skips a line that was cut or that this version does not understand. */
export function parseTrack(text: string): readonly TrackEntry[] {
  const entries = new Map<string, TrackEntry>();
  for (const line of text.split('\n')) {
    const value = parsed(line);
    if (isEntry(value)) entries.set(value.id, value);
  }
  return [...entries.values()];
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/**
 * The overhead of libvirt, in milliseconds. QEMU's mean is wrong if everything fitted into the first pause (seen with QEMU 7.2: a
 * tenth of the real rate), so it is used only if it leaves a part of the total time.
 */
function overheadOf({
  actual: { totalMilliseconds, sentBytes, bytesPerSecond = 0 },
}: TrackEntry): number | undefined {
  if (bytesPerSecond === 0) return undefined;
  const overhead = totalMilliseconds - (sentBytes / bytesPerSecond) * 1000;
  return overhead > 0 ? overhead : undefined;
}

/** What the last migrations on a route show; undefined if there was none. */
export function trackRecordOf(entries: readonly TrackEntry[], route: string): TrackRecord | undefined {
  const last = entries.filter((entry) => entry.route === route).slice(-recent);
  if (last.length === 0) return undefined;
  const errors = last.flatMap(({ predicted, actual }) =>
    predicted.kind === 'converges' && actual.totalMilliseconds > 0
      ? [Math.abs(predicted.totalMilliseconds / actual.totalMilliseconds - 1)]
      : [],
  );
  const shares = new Map<BandwidthSource, number[]>();
  const overheads: number[] = [];
  for (const entry of last) {
    const { predicted, actual } = entry;
    // At the end, libvirt counts only the memory that was sent, and no time for the disks.
    if (predicted.diskBytes !== undefined) continue;
    const overhead = overheadOf(entry);
    if (overhead !== undefined) overheads.push(overhead);
    const copying = actual.totalMilliseconds - (overhead ?? migrationOverhead(undefined));
    if (copying < shortest || predicted.bandwidthBytesPerSecond <= 0) continue;
    const share = actual.sentBytes / (copying / 1000) / predicted.bandwidthBytesPerSecond;
    if (share < leastShare || share > mostShare) continue;
    shares.set(predicted.bandwidthSource, [...(shares.get(predicted.bandwidthSource) ?? []), share]);
  }
  const medianError = median(errors);
  const overheadMilliseconds = median(overheads);
  return {
    migrations: last.length,
    ...(medianError === undefined ? {} : { medianError }),
    share: Object.fromEntries([...shares].map(([source, values]) => [source, median(values)])),
    ...(overheadMilliseconds === undefined ? {} : { overheadMilliseconds }),
  };
}

/** All records of this host. They contain no secrets: URIs have no parameters. Rejects with PlatformError. */
export async function readTrack(
  platform: Platform,
  connection: ConnectionName,
  signal?: AbortSignal,
): Promise<readonly TrackEntry[]> {
  return parseTrack(await readState(platform, connection, 'forecasts.jsonl', signal));
}

/** Records a finished migration. Resolves to the reason if that failed. Does not reject. */
export async function appendTrackEntry(
  platform: Platform,
  connection: ConnectionName,
  entry: TrackEntry,
): Promise<string | undefined> {
  return await appendState(platform, connection, 'forecasts.jsonl', JSON.stringify(entry));
}
