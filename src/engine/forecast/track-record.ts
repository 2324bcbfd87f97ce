// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Platform } from '../../platform/platform.ts';
import type { ConnectionName } from '../base/index.ts';
import { parseDestination } from '../destination/index.ts';
import { appendState, readState } from '../store/index.ts';
import { migrationOverhead } from './overhead.ts';
import type { BandwidthSource, Forecast } from './result.ts';

/** What a forecast said of a migration, before it began. Milliseconds, bytes per second. */
export type Prediction = {
  /** What was to be copied of disks before the memory; absent where none was. */
  readonly diskBytes?: number;
} & (
  | {
      readonly kind: 'converges';
      readonly totalMilliseconds: number;
      readonly downtimeMilliseconds: number;
      /** As it was measured or given, before anything learned was put to use. */
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
  /** Tells two migrations apart: the VM's UUID and when it began. Two pages may record the same one. */
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
    /** The mean while memory was copied, by QEMU's own clock; absent where libvirt did not tell. */
    readonly bytesPerSecond?: number;
  };
}

/** What the next forecast for the same hosts learns from the ones before. */
export interface TrackRecord {
  /** How many finished migrations it is made of. */
  readonly migrations: number;
  /** The median of how far the total time was off: 0.1 for a tenth, whichever way. Absent if none was forecast to end. */
  readonly medianError?: number;
  /** What the link really carried, as a part of what had been said, for each source of that figure. */
  readonly share: Readonly<Partial<Record<BandwidthSource, number>>>;
  /** What libvirt needed around the copying, the median, in milliseconds. Absent where no migration told. */
  readonly overheadMilliseconds?: number;
}

/** Older ones tell of other hardware and other loads. */
const recent = 5;

/** A shorter copying is more beginning and end than link, in milliseconds. */
const shortest = 3000;

/** A link that is said to carry so much less or more than measured is not learned from, but looked at. */
const [leastShare, mostShare] = [0.5, 1.5];

/** From this host to where: the destination's host, and the address of the data if one was chosen. */
export function routeOf(destination: string, migrationUri: string | undefined): string {
  const input = parseDestination(destination, { localNames: [], connection: 'system' });
  const host = input.kind === 'valid' ? input.parts.host.toLowerCase() : destination;
  return migrationUri === undefined ? host : `${host} ${migrationUri}`;
}

/** What is kept of a forecast; undefined where there was none. */
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

/** A value of JSON; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads what {@link JSON.stringify} made of it; undefined where it is something else. */
export function parseExpected(text: string): ExpectedMigration | undefined {
  const value = parsed(text);
  return isExpected(value) ? value : undefined;
}

/** Reads the file. A line that this version does not understand, or that was cut, counts as none. */
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
 * What libvirt needed around the copying, in milliseconds. QEMU's mean is nonsense where all fitted into the first pause (seen
 * with QEMU 7.2: a tenth of what went through), so it is only believed where it leaves a part of the total time.
 */
function overheadOf({
  actual: { totalMilliseconds, sentBytes, bytesPerSecond = 0 },
}: TrackEntry): number | undefined {
  if (bytesPerSecond === 0) return undefined;
  const overhead = totalMilliseconds - (sentBytes / bytesPerSecond) * 1000;
  return overhead > 0 ? overhead : undefined;
}

/** What the last migrations on a route say; undefined if there was none. */
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
    // libvirt counts at the end what was sent of the memory alone, and no time for the disks.
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

/** All that was recorded on this host. It holds no secret: URIs without parameters. Rejects with PlatformError. */
export async function readTrack(
  platform: Platform,
  connection: ConnectionName,
  signal?: AbortSignal,
): Promise<readonly TrackEntry[]> {
  return parseTrack(await readState(platform, connection, 'forecasts.jsonl', signal));
}

/** Records a finished migration; the answer is why that could not be done. Does not reject. */
export async function appendTrackEntry(
  platform: Platform,
  connection: ConnectionName,
  entry: TrackEntry,
): Promise<string | undefined> {
  return await appendState(platform, connection, 'forecasts.jsonl', JSON.stringify(entry));
}
