// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Domain } from '../../libvirt/domain.ts';
import { attribute, parseXml, serializeXml, XmlError } from '../../libvirt/xml.ts';
import { parseDestination } from '../destination/index.ts';
import { type ExpectedMigration, parseExpected } from '../forecast/index.ts';
import { parseDiskNames } from '../plan/index.ts';

/** Namespace of the one element that this program keeps in a domain's persistent definition. */
export const recordNamespace = 'urn:cockpit-migrate:1';

/** Prefix of the element, which libvirt requires. */
const recordKey = 'cockpit-migrate';

/**
 * A migration, recorded in the source's persistent definition, so that another page, another admin or a later visit knows where the
 * VM went. It is written before the migration starts, because libvirt does not change a definition during a migration (it waits 30
 * s for the lock, then refuses). It is not in the live definition, so a temporary copy does not have it. A permanent migration
 * moves it to the destination, where it is removed.
 */
export interface MigrationRecord {
  /** Destination URI. */
  readonly destination: string;
  readonly temporary: boolean;
  /** `leaving` from before the start until its end is known; `left` when a temporary copy is known to run there. */
  readonly stage: 'leaving' | 'left';
  /** Start of the migration, ISO 8601, UTC. */
  readonly since: string;
  /** Names of the copied disks in the guest; absent: none. */
  readonly copyDisks?: readonly string[];
  /** The forecast, so that any program that sees the end can compare. */
  readonly expected?: ExpectedMigration;
}

/** The record as the element in libvirt's metadata. */
export function recordXml(record: MigrationRecord): string {
  return serializeXml({
    kind: 'element',
    name: 'migration',
    attributes: {
      destination: record.destination,
      temporary: record.temporary ? 'yes' : 'no',
      stage: record.stage,
      since: record.since,
      ...(record.copyDisks === undefined ? {} : { 'copy-disks': record.copyDisks.join(',') }),
      ...(record.expected === undefined ? {} : { expected: JSON.stringify(record.expected) }),
    },
    children: [],
  });
}

/** Users who may define the VM can write anything there, and the page shows it. */
function isDestination(text: string): boolean {
  return (['system', 'session'] as const).some((connection) => {
    const input = parseDestination(text, { localNames: [], connection });
    return input.kind === 'valid' && input.uri === text;
  });
}

/** Parses a record. Anything that this version did not write is not a record. */
export function parseRecord(xml: string): MigrationRecord | undefined {
  try {
    const element = parseXml(xml);
    const destination = attribute(element, 'destination');
    const temporary = attribute(element, 'temporary');
    const stage = attribute(element, 'stage');
    const since = attribute(element, 'since');
    if (destination === undefined || !isDestination(destination)) return undefined;
    if (since === undefined || Number.isNaN(Date.parse(since))) return undefined;
    if (temporary !== 'yes' && temporary !== 'no') return undefined;
    if (stage !== 'leaving' && stage !== 'left') return undefined;
    const copyDisks = parseDiskNames(attribute(element, 'copy-disks') ?? '');
    const expected = parseExpected(attribute(element, 'expected') ?? '');
    return {
      destination,
      temporary: temporary === 'yes',
      stage,
      since,
      ...(copyDisks === undefined ? {} : { copyDisks }),
      ...(expected === undefined ? {} : { expected }),
    };
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** Writes the record into the domain's persistent definition. A transient domain has none. */
export async function writeRecord(domain: Domain, record: MigrationRecord): Promise<void> {
  await domain.setMetadata(recordNamespace, recordKey, recordXml(record));
}

/** Removes the record, if there is one. */
export async function removeRecord(domain: Domain): Promise<void> {
  await domain.removeMetadata(recordNamespace);
}

/** The domain's record, if it has one. */
export async function readRecord(domain: Domain): Promise<MigrationRecord | undefined> {
  const xml = await domain.metadata(recordNamespace);
  return xml === undefined ? undefined : parseRecord(xml);
}
