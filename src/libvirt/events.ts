// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DBusSignal } from '../platform/platform.ts';
import { decodeDictionary, decodeNumber, decodeString } from './decode.ts';
import { type DomainJob, decodeJob } from './job.ts';
import { connectInterface, connectSignals, domainInterface, domainSignals } from './schema.ts';

/** An event of the domain at `path`. `event` and `detail` are virDomainEventType and its detail. */
export type DomainEvent =
  | { readonly kind: 'lifecycle'; readonly path: string; readonly event: number; readonly detail: number }
  | { readonly kind: 'migration-iteration'; readonly path: string; readonly iteration: number }
  | { readonly kind: 'job-completed'; readonly path: string; readonly job: DomainJob }
  | { readonly kind: 'metadata-changed'; readonly path: string }
  | { readonly kind: 'balloon-change'; readonly path: string };

/** VIR_DOMAIN_JOB_COMPLETED. libvirt sends the signal only for completed jobs, with figures but without a type. */
const completed = 3;

/** The subscriptions for all signals that {@link decodeEvent} understands. */
export const eventMatches: readonly { readonly interface: string; readonly member: string }[] = [
  ...Object.keys(connectSignals).map((member) => ({ interface: connectInterface, member })),
  ...Object.keys(domainSignals).map((member) => ({ interface: domainInterface, member })),
];

/** The event of a signal; undefined for other signals. Throws a LibvirtError, `protocol`, if its values are unexpected. */
export function decodeEvent({ path, interface: iface, member, args }: DBusSignal): DomainEvent | undefined {
  if (iface !== connectInterface && iface !== domainInterface) return undefined;
  switch (member) {
    case 'DomainEvent':
      return {
        kind: 'lifecycle',
        path: decodeString(args[0], 'DomainEvent[0]'),
        event: decodeNumber(args[1], 'DomainEvent[1]'),
        detail: decodeNumber(args[2], 'DomainEvent[2]'),
      };
    case 'MigrationIteration':
      return {
        kind: 'migration-iteration',
        path,
        iteration: decodeNumber(args[0], 'MigrationIteration[0]'),
      };
    case 'JobCompleted':
      return {
        kind: 'job-completed',
        path,
        job: decodeJob(completed, decodeDictionary(args[0], 'JobCompleted[0]')),
      };
    case 'MetadataChange':
      return { kind: 'metadata-changed', path };
    case 'BalloonChange':
      return { kind: 'balloon-change', path };
    default:
      return undefined;
  }
}
