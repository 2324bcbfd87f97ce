// SPDX-License-Identifier: LGPL-2.1-or-later
import { classifyError, type LibvirtReason } from '../../libvirt/errors.ts';
import type { PausedReason } from '../inventory/index.ts';
import type { HostSight, OffReason } from './host-sight.ts';

/** A host that did not answer, and what was heard instead. Without an error: nobody knows which host it is. */
export interface Unanswered {
  readonly host: 'source' | 'destination';
  readonly error?: string;
}

/** What both hosts said. */
export interface Sights {
  readonly source: HostSight;
  readonly destination: HostSight;
}

/**
 * Where the VM is after a migration, made of both hosts' answers and of nothing else. "Here" is the host that the migration left. What
 * runs on a host that answered is true whether or not the other one did; `unanswered` says so.
 */
export type VmWhereabouts =
  | { readonly kind: 'runs-here' | 'runs-there'; readonly unanswered?: Unanswered }
  | {
      readonly kind: 'paused-here' | 'paused-there';
      readonly reason: PausedReason | 'suspended';
      readonly unanswered?: Unanswered;
    }
  /** Each host has a copy; `part`: it stands still as a part of the migration. */
  | { readonly kind: 'both'; readonly here: CopyState; readonly there: CopyState }
  /** It ended. `host` gave the reason. */
  | {
      readonly kind: 'nowhere';
      readonly reason: OffReason | 'post-copy-lost';
      readonly host?: 'source' | 'destination';
    }
  | { readonly kind: 'unknown'; readonly sights: Sights; readonly unanswered: readonly Unanswered[] };

export type CopyState = 'running' | 'paused' | 'part';

/** What of a VM a host has. */
type Copy = 'running' | 'paused' | 'part' | 'none' | 'unknown';

/** A VM that is paused for a migration is the half of one: it must not be resumed while the other half may run. */
const partReasons: readonly PausedReason[] = ['migration', 'post-copy', 'post-copy-failed'];

function copyOf(sight: HostSight): Copy {
  switch (sight.kind) {
    case 'running':
      return 'running';
    case 'paused':
      return partReasons.includes(sight.reason) ? 'part' : 'paused';
    case 'suspended':
      return 'paused';
    case 'off':
    case 'absent':
      return 'none';
    case 'silent':
    case 'not-asked':
      return 'unknown';
  }
}

/** Where the VM is, by what both hosts said. `docs/architecture.md` has the table, which a test compares with this function. */
export function whereaboutsOf(sights: Sights): VmWhereabouts {
  const { source, destination } = sights;
  const here = copyOf(source);
  const there = copyOf(destination);
  const alone = here === 'none' || here === 'part' || here === 'unknown';
  if (alone && (there === 'running' || there === 'paused'))
    return there === 'running'
      ? { kind: 'runs-there', ...silent('source', source) }
      : { kind: 'paused-there', reason: reasonOf(destination), ...silent('source', source) };
  if (here === 'running' || here === 'paused') {
    if (there === 'running' || there === 'paused') return { kind: 'both', here, there };
    return here === 'running'
      ? { kind: 'runs-here', ...silent('destination', destination) }
      : { kind: 'paused-here', reason: reasonOf(source), ...silent('destination', destination) };
  }
  if (here === 'unknown' || there === 'unknown')
    return { kind: 'unknown', sights, unanswered: allSilent(sights) };
  if (here === 'part') {
    if (there === 'part') return { kind: 'both', here, there };
    // Only in pre-copy does the half that stands still have the whole memory.
    return reasonOf(source) === 'migration'
      ? { kind: 'paused-here', reason: 'migration' }
      : { kind: 'nowhere', reason: 'post-copy-lost' };
  }
  return { kind: 'nowhere', ...endOf(sights) };
}

function reasonOf(sight: HostSight): PausedReason | 'suspended' {
  return sight.kind === 'paused' ? sight.reason : sight.kind === 'suspended' ? 'suspended' : 'unknown';
}

function silent(host: Unanswered['host'], sight: HostSight): { readonly unanswered?: Unanswered } {
  const unanswered = unansweredOf(host, sight);
  return unanswered === undefined ? {} : { unanswered };
}

function unansweredOf(host: Unanswered['host'], sight: HostSight): Unanswered | undefined {
  if (sight.kind === 'silent') return { host, error: sight.error };
  return sight.kind === 'not-asked' ? { host } : undefined;
}

function allSilent({ source, destination }: Sights): readonly Unanswered[] {
  return [unansweredOf('source', source), unansweredOf('destination', destination)].filter(
    (each) => each !== undefined,
  );
}

/** Where neither host has it: the reason that one of them gives. That it migrated is no reason for its end. */
function endOf({ source, destination }: Sights): {
  readonly reason: OffReason;
  readonly host?: 'source' | 'destination';
} {
  const told = (sight: HostSight): OffReason | undefined =>
    (sight.kind === 'off' || sight.kind === 'absent') &&
    sight.reason !== 'migrated' &&
    sight.reason !== 'unknown'
      ? sight.reason
      : undefined;
  const here = told(source);
  if (here !== undefined) return { reason: here, host: 'source' };
  const there = told(destination);
  return there === undefined ? { reason: 'unknown' } : { reason: there, host: 'destination' };
}

/** Which hosts the VM is on, in the words of `data-vm-runs-on`. */
export function runsOn(where: VmWhereabouts): 'source' | 'destination' | 'both' | 'nowhere' | 'unknown' {
  switch (where.kind) {
    case 'runs-here':
    case 'paused-here':
      return 'source';
    case 'runs-there':
    case 'paused-there':
      return 'destination';
    case 'both':
    case 'nowhere':
    case 'unknown':
      return where.kind;
  }
}

/** The hosts that did not answer. */
export function unansweredHosts(where: VmWhereabouts): readonly Unanswered[] {
  if (where.kind === 'unknown') return where.unanswered;
  return 'unanswered' in where ? [where.unanswered] : [];
}

/** What a host will say again, and what another try would only write into its log: it does not let this host in. */
const refusals: readonly LibvirtReason[] = [
  ...(['host-key', 'auth-refused', 'auth-tls-untrusted', 'auth-tls-expired', 'auth-tls-name'] as const),
  ...(['unresolved', 'access-denied'] as const),
];

/** True where a host did not answer, and is asked again until it does. */
export function isAskedAgain(where: VmWhereabouts): boolean {
  return unansweredHosts(where).some(
    ({ error }) => error !== undefined && !refusals.includes(classifyError(error)),
  );
}
