// SPDX-License-Identifier: LGPL-2.1-or-later
import { classifyError, type LibvirtReason } from '../../libvirt/errors.ts';
import type { PausedReason } from '../inventory/index.ts';
import type { OffReason, ReportedState } from './reported-state.ts';

/** A host that did not answer, with the error. Without an error: it is not known which host it is. */
export interface Unanswered {
  readonly host: 'source' | 'destination';
  readonly error?: string;
}

/** The answers of both hosts. */
export interface ReportedStates {
  readonly source: ReportedState;
  readonly destination: ReportedState;
}

/**
 * Where the VM is after a migration, from both hosts' answers alone. "Here" is the source. An answer is valid even if the other
 * host did not answer; `unanswered` names that host.
 */
export type VmWhereabouts =
  | { readonly kind: 'runs-here' | 'runs-there'; readonly unanswered?: Unanswered }
  | {
      readonly kind: 'paused-here' | 'paused-there';
      readonly reason: PausedReason | 'suspended';
      readonly unanswered?: Unanswered;
    }
  /** Each host has a copy; `part`: it is paused as part of the migration. */
  | { readonly kind: 'both'; readonly here: CopyState; readonly there: CopyState }
  /** The VM ended. `host` gave the reason. */
  | {
      readonly kind: 'nowhere';
      readonly reason: OffReason | 'post-copy-lost';
      readonly host?: 'source' | 'destination';
    }
  | { readonly kind: 'unknown'; readonly states: ReportedStates; readonly unanswered: readonly Unanswered[] };

export type CopyState = 'running' | 'paused' | 'part';

/** What a host has of the VM. */
type Copy = 'running' | 'paused' | 'part' | 'none' | 'unknown';

/** A VM that is paused for a migration must not be resumed while its other half may run. */
const partReasons: readonly PausedReason[] = ['migration', 'post-copy', 'post-copy-failed'];

function copyOf(state: ReportedState): Copy {
  switch (state.kind) {
    case 'running':
      return 'running';
    case 'paused':
      return partReasons.includes(state.reason) ? 'part' : 'paused';
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

/** Where the VM is, from both hosts' answers. `docs/architecture.md` has the table; a test compares it with this function. */
export function whereaboutsOf(states: ReportedStates): VmWhereabouts {
  const { source, destination } = states;
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
    return { kind: 'unknown', states, unanswered: allSilent(states) };
  if (here === 'part') {
    if (there === 'part') return { kind: 'both', here, there };
    // Only in pre-copy, the paused half has all of the memory.
    return reasonOf(source) === 'migration'
      ? { kind: 'paused-here', reason: 'migration' }
      : { kind: 'nowhere', reason: 'post-copy-lost' };
  }
  return { kind: 'nowhere', ...endOf(states) };
}

function reasonOf(state: ReportedState): PausedReason | 'suspended' {
  return state.kind === 'paused' ? state.reason : state.kind === 'suspended' ? 'suspended' : 'unknown';
}

function silent(host: Unanswered['host'], state: ReportedState): { readonly unanswered?: Unanswered } {
  const unanswered = unansweredOf(host, state);
  return unanswered === undefined ? {} : { unanswered };
}

function unansweredOf(host: Unanswered['host'], state: ReportedState): Unanswered | undefined {
  if (state.kind === 'silent') return { host, error: state.error };
  return state.kind === 'not-asked' ? { host } : undefined;
}

function allSilent({ source, destination }: ReportedStates): readonly Unanswered[] {
  return [unansweredOf('source', source), unansweredOf('destination', destination)].filter(
    (each) => each !== undefined,
  );
}

/** If neither host has it: the reason that one of them gives. "Migrated" is not a reason for its end. */
function endOf({ source, destination }: ReportedStates): {
  readonly reason: OffReason;
  readonly host?: 'source' | 'destination';
} {
  const told = (state: ReportedState): OffReason | undefined =>
    (state.kind === 'off' || state.kind === 'absent') &&
    state.reason !== 'migrated' &&
    state.reason !== 'unknown'
      ? state.reason
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

/** Errors that another query would only repeat, and write into the host's log: it refuses this host. */
const refusals: readonly LibvirtReason[] = [
  ...(['host-key', 'auth-refused', 'auth-tls-untrusted', 'auth-tls-expired', 'auth-tls-name'] as const),
  ...(['unresolved', 'access-denied'] as const),
];

/** True if a host did not answer and is queried again. */
export function isAskedAgain(where: VmWhereabouts): boolean {
  return unansweredHosts(where).some(
    ({ error }) => error !== undefined && !refusals.includes(classifyError(error)),
  );
}
