// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ConnectionName } from '../base/index.ts';

/** What became of the stand-in that went before. */
export interface PastRehearsal {
  /** `left-out`: not chosen, or it could not be tried. */
  readonly result: 'passed' | 'failed' | 'left-out';
  /** How long it took, where it passed. */
  readonly milliseconds?: number;
  /** Why it failed or could not be tried, in English. */
  readonly reason?: string;
}

/** One thing that libvirt was asked to do to the migration while it ran. */
export interface PastSteering {
  readonly action:
    | { readonly kind: 'pause-vm' | 'post-copy' }
    | { readonly kind: 'longer-pause'; readonly milliseconds: number }
    | { readonly kind: 'bandwidth-limit'; readonly bytesPerSecond?: number };
  readonly at: string;
  /** `plan`: a step that was chosen before the start. */
  readonly by: 'admin' | 'plan';
  /** `asked`: there was no answer before the end. */
  readonly state: 'asked' | 'done' | 'refused';
  /** Where it was refused: libvirt's text. */
  readonly reason?: string;
}

/** What became of one migration, as a line of the history. Times in ISO 8601 (UTC) and milliseconds, sizes in bytes. `docs/history.md`. */
export interface HistoryEntry {
  readonly version: 1;
  readonly vm: string;
  readonly uuid: string;
  readonly connection: ConnectionName;
  /** Name of the host that the VM left. */
  readonly source?: string;
  /** Destination URI without its parameters, which may name keys and programs. Absent if libvirt does not report it. */
  readonly destination?: string;
  readonly temporary?: boolean;
  readonly copyDisks?: readonly string[];
  readonly migrationUri?: string;
  /** Names of libvirt's flags. */
  readonly flags?: readonly string[];
  /** Checks whose problem was overridden. */
  readonly overrides?: readonly string[];
  /** Absent where this program did not begin it. */
  readonly rehearsal?: PastRehearsal;
  /** In the order in which it was asked for; absent where nothing was. */
  readonly steered?: readonly PastSteering[];
  readonly start: string;
  readonly end: string;
  readonly result: 'done' | 'failed' | 'cancelled';
  /** Where the VM was at the end, as both hosts answered. */
  readonly runsOn?: 'source' | 'destination' | 'both' | 'nowhere' | 'unknown';
  readonly verification?: 'confirmed' | 'contradicted' | 'incomplete';
  /** Why it failed, in English, and the original text. */
  readonly reason?: string;
  readonly error?: string;
  readonly forecast?: {
    readonly finishes: boolean;
    readonly totalMilliseconds?: number;
    readonly pauseMilliseconds?: number;
  };
  readonly actual?: {
    readonly totalMilliseconds: number;
    readonly pauseMilliseconds?: number;
    readonly sentBytes?: number;
    readonly bytesPerSecond?: number;
  };
  /** Who started it, if this program did. */
  readonly who?: string;
  /** True if this program started it; otherwise it only saw it. */
  readonly startedHere: boolean;
}

/** The longest error text that is stored, in characters. */
const longestText = 1000;

/** A URI without its parameters, which may be secret. */
export function withoutParameters(uri: string): string {
  return uri.replace(/[?#].*$/s, '');
}

/** The entry as one line. */
export function historyLine(entry: HistoryEntry): string {
  const cut = (text: string): string => text.slice(0, longestText);
  return JSON.stringify({
    ...entry,
    ...(entry.rehearsal?.reason === undefined
      ? {}
      : { rehearsal: { ...entry.rehearsal, reason: cut(entry.rehearsal.reason) } }),
    ...(entry.steered === undefined
      ? {}
      : {
          steered: entry.steered.map((each) =>
            each.reason === undefined ? each : { ...each, reason: cut(each.reason) },
          ),
        }),
    ...(entry.reason === undefined ? {} : { reason: cut(entry.reason) }),
    ...(entry.error === undefined ? {} : { error: cut(entry.error) }),
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isOptional(value: unknown, type: 'string' | 'boolean' | 'number'): boolean {
  return value === undefined || typeof value === type;
}

function isTexts(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string'));
}

function isFigures(value: unknown): boolean {
  return (
    value === undefined ||
    (isRecord(value) &&
      Object.values(value).every(
        (each) => each === undefined || typeof each === 'boolean' || (typeof each === 'number' && each >= 0),
      ))
  );
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isRehearsal(value: unknown): boolean {
  return (
    value === undefined ||
    (isRecord(value) &&
      ['passed', 'failed', 'left-out'].some((each) => each === value['result']) &&
      (value['milliseconds'] === undefined || isAmount(value['milliseconds'])) &&
      isOptional(value['reason'], 'string'))
  );
}

function isAction(value: unknown): boolean {
  if (!isRecord(value)) return false;
  switch (value['kind']) {
    case 'pause-vm':
    case 'post-copy':
      return true;
    case 'longer-pause':
      return isAmount(value['milliseconds']);
    case 'bandwidth-limit':
      return value['bytesPerSecond'] === undefined || isAmount(value['bytesPerSecond']);
    default:
      return false;
  }
}

function isSteering(value: unknown): boolean {
  return (
    isRecord(value) &&
    isAction(value['action']) &&
    isTime(value['at']) &&
    ['admin', 'plan'].some((each) => each === value['by']) &&
    ['asked', 'done', 'refused'].some((each) => each === value['state']) &&
    isOptional(value['reason'], 'string')
  );
}

function isSteered(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isSteering));
}

const results = ['done', 'failed', 'cancelled'];
const hosts = ['source', 'destination', 'both', 'nowhere', 'unknown', undefined];
const verifications = ['confirmed', 'contradicted', 'incomplete', undefined];

function isEntry(value: unknown): value is HistoryEntry {
  return (
    isRecord(value) &&
    value['version'] === 1 &&
    typeof value['vm'] === 'string' &&
    typeof value['uuid'] === 'string' &&
    (value['connection'] === 'system' || value['connection'] === 'session') &&
    isTime(value['start']) &&
    isTime(value['end']) &&
    typeof value['startedHere'] === 'boolean' &&
    results.some((each) => each === value['result']) &&
    hosts.some((each) => each === value['runsOn']) &&
    verifications.some((each) => each === value['verification']) &&
    ['source', 'destination', 'migrationUri', 'reason', 'error', 'who'].every((name) =>
      isOptional(value[name], 'string'),
    ) &&
    isOptional(value['temporary'], 'boolean') &&
    ['copyDisks', 'flags', 'overrides'].every((name) => isTexts(value[name])) &&
    isRehearsal(value['rehearsal']) &&
    isSteered(value['steered']) &&
    isFigures(value['forecast']) &&
    isFigures(value['actual'])
  );
}

/** Parses one line. Undefined if it was cut or written by another version. */
export function parseHistoryLine(line: string): HistoryEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * The migrations of a file, the newest first. Several programs may have seen the same one, and one whose end was not known is
 * written again. A VM has one migration at a time, so entries that overlap are the same migration. Of these, the entry of the
 * program that started it counts, else the last one.
 */
export function parseHistory(text: string): readonly HistoryEntry[] {
  const found: HistoryEntry[] = [];
  for (const line of text.split('\n')) {
    const entry = parseHistoryLine(line);
    if (entry === undefined) continue;
    const at = found.findIndex((other) => isSame(other, entry));
    const other = found[at];
    if (other === undefined) found.push(entry);
    else if (entry.startedHere || !other.startedHere) found[at] = entry;
  }
  return found.sort((a, b) => Date.parse(b.start) - Date.parse(a.start));
}

/** The difference allowed between the page's start time and libvirt's. */
const slackMilliseconds = 2000;

function isSame(a: HistoryEntry, b: HistoryEntry): boolean {
  if (a.uuid !== b.uuid || a.connection !== b.connection) return false;
  // If one program started both, they are two: each was refused at once.
  if (a.startedHere && b.startedHere) return a.start === b.start;
  const starts = Math.abs(Date.parse(a.start) - Date.parse(b.start)) <= slackMilliseconds;
  const overlap =
    Math.min(Date.parse(a.end), Date.parse(b.end)) - Math.max(Date.parse(a.start), Date.parse(b.start));
  return starts || overlap > slackMilliseconds;
}
