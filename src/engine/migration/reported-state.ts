// SPDX-License-Identifier: LGPL-2.1-or-later
import { classifyError } from '../../libvirt/errors.ts';
import type { VirshAnswer } from '../../libvirt/virsh.ts';
import { type DomainStateCodes, type PausedReason, vmStateOf } from '../inventory/index.ts';

/** Why a VM is off: virDomainShutoffReason of libvirt-domain.h, or a crashed guest whose QEMU is kept. */
export type OffReason =
  | 'unknown'
  | 'shutdown'
  | 'destroyed'
  | 'crashed'
  | 'migrated'
  | 'saved'
  | 'failed'
  | 'from-snapshot'
  | 'daemon';

/** One host's answer about the VM, or that it gave none. */
export type ReportedState =
  | { readonly kind: 'running' }
  | { readonly kind: 'paused'; readonly reason: PausedReason }
  /** The guest suspended itself: QEMU runs, the CPUs do not. */
  | { readonly kind: 'suspended' }
  | { readonly kind: 'off'; readonly reason: OffReason }
  /** The host answered and does not have the VM. `reason`: from libvirt's event when a transient VM stopped. */
  | { readonly kind: 'absent'; readonly reason?: OffReason }
  | { readonly kind: 'silent'; readonly error: string }
  /** It is not known which host to query: libvirt does not report the destination of a migration. */
  | { readonly kind: 'not-asked' };

/** virDomainShutoffReason, by number. */
const offReasons: readonly OffReason[] = [
  ...(['unknown', 'shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed'] as const),
  ...(['from-snapshot', 'daemon'] as const),
];

/** What `virsh domstate --reason` calls the reasons (vshDomainStateReasonToString) of a VM that is off. */
const offWords: Readonly<Record<OffReason, string>> = {
  unknown: 'unknown',
  shutdown: 'shutdown',
  destroyed: 'destroyed',
  crashed: 'crashed',
  migrated: 'migrated',
  saved: 'saved',
  failed: 'failed',
  'from-snapshot': 'from snapshot',
  daemon: 'daemon',
};

/** The same for a paused VM. */
const pausedWords: Readonly<Record<PausedReason, string>> = {
  unknown: 'unknown',
  user: 'user',
  migration: 'migrating',
  save: 'saving',
  dump: 'dumping',
  'io-error': 'I/O error',
  watchdog: 'watchdog',
  'from-snapshot': 'from snapshot',
  'shutting-down': 'shutting down',
  snapshot: 'creating snapshot',
  crashed: 'crashed',
  'starting-up': 'starting up',
  'post-copy': 'post-copy',
  'post-copy-failed': 'post-copy failed',
};

function byWord<Reason extends string>(words: Readonly<Record<Reason, string>>, word: string): Reason {
  const found = (Object.keys(words) as Reason[]).find((reason) => words[reason] === word);
  return found ?? ('unknown' as Reason);
}

/** virDomainEventStoppedDetailType, by number. */
const stopDetails: readonly OffReason[] = [
  ...(['shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed', 'from-snapshot'] as const),
];

/** This host's answer for a VM that it no longer has, with the detail of libvirt's event when it stopped. */
export function absentState(stopDetail: number | undefined): ReportedState {
  const reason = stopDetail === undefined ? undefined : stopDetails[stopDetail];
  return { kind: 'absent', ...(reason === undefined ? {} : { reason }) };
}

/** This host's answer, from libvirt's numbers. */
export function stateFromCodes(codes: DomainStateCodes): ReportedState {
  const state = vmStateOf(codes);
  switch (state.kind) {
    case 'running':
    case 'shutting-down':
      return { kind: 'running' };
    case 'paused':
      return { kind: 'paused', reason: state.reason };
    case 'suspended':
      return { kind: 'suspended' };
    case 'shut-off':
      return { kind: 'off', reason: offReasons[codes.reason] ?? 'unknown' };
    case 'crashed':
      return { kind: 'off', reason: 'crashed' };
    case 'unknown':
      return { kind: 'silent', error: `state ${codes.state}` };
  }
}

/** A host's answer, from the output of `virsh domstate --reason` (C locale): `running (migrated)`. */
export function stateFromAnswer(answer: VirshAnswer): ReportedState {
  if (!answer.ok)
    return classifyError(answer.error) === 'no-such-domain'
      ? { kind: 'absent' }
      : { kind: 'silent', error: answer.error };
  const text = answer.text.trim();
  const [, state = '', reason = ''] = /^([^()]+?)(?: \(([^()]*)\))?$/.exec(text) ?? [];
  switch (state) {
    case 'running':
    case 'idle':
    case 'in shutdown':
      return { kind: 'running' };
    case 'paused':
      return { kind: 'paused', reason: byWord(pausedWords, reason) };
    case 'pmsuspended':
      return { kind: 'suspended' };
    case 'shut off':
      return { kind: 'off', reason: byWord(offWords, reason) };
    case 'crashed':
      return { kind: 'off', reason: 'crashed' };
    default:
      return { kind: 'silent', error: text };
  }
}

/** The line that virsh prints for it; undefined if the host did not report a state. */
export function stateLine(state: ReportedState): string | undefined {
  switch (state.kind) {
    case 'running':
      return 'running';
    case 'paused':
      return `paused (${pausedWords[state.reason]})`;
    case 'suspended':
      return 'pmsuspended';
    case 'off':
      return `shut off (${offWords[state.reason]})`;
    case 'absent':
    case 'silent':
    case 'not-asked':
      return undefined;
  }
}
