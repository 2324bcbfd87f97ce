// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainSummary, LibvirtConnection } from '../../libvirt/connection.ts';
import { type DomainJob, isOutgoingMigration } from '../../libvirt/job.ts';
import { type MigrationRecord, parseRecord, recordNamespace } from '../record/index.ts';
import { isActive } from './entry.ts';

/** Domains per virsh process: its commands are one argument, and Linux allows 128 KiB for one. */
const detailsAtOnce = 250;

/** What the first list does not include of a domain. */
export interface LoadedDetails {
  readonly uuid: string;
  readonly record?: MigrationRecord;
  /** The job that migrates it to another host. */
  readonly job?: DomainJob;
}

/** Reads jobs and records of all these domains with as few processes as possible. */
export async function* loadDetails(
  connection: LibvirtConnection,
  summaries: readonly DomainSummary[],
  signal: AbortSignal,
): AsyncGenerator<LoadedDetails> {
  for (let at = 0; at < summaries.length; at += detailsAtOnce) {
    const some = summaries.slice(at, at + detailsAtOnce);
    const uuids = (active: boolean): readonly string[] =>
      some.filter((summary) => isActive(summary) === active).map(({ uuid }) => uuid);
    const details = await connection.details(
      { active: uuids(true), inactive: uuids(false), metadataUri: recordNamespace },
      signal,
    );
    for (const [uuid, { job, metadata }] of details) {
      const record = metadata === undefined ? undefined : parseRecord(metadata);
      yield {
        uuid,
        ...(record === undefined ? {} : { record }),
        ...(job === undefined || !isOutgoingMigration(job) ? {} : { job }),
      };
    }
  }
}
