// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../../../src/engine/base/message.ts';
import type { RunEvent } from '../../../src/engine/migration/run-event.ts';
import { orderedRun, type RunPhase, type RunState } from '../../../src/engine/migration/run-state.ts';
import type { VerificationAnswer } from '../../../src/engine/migration/state.ts';
import { type MigrationProgress, noProgress } from '../../../src/engine/progress/progress.ts';
import { LibvirtError } from '../../../src/libvirt/errors.ts';

export const vm = {
  connection: 'system' as const,
  name: 'web',
  uuid: '0178c545-e3fe-456b-b934-f487d10a9784',
};

export function at(percent: number): MigrationProgress {
  return { ...noProgress, percent };
}

export const asExpected: VerificationAnswer = {
  question: msg('?'),
  expected: msg('yes'),
  answer: msg('yes'),
  verdict: 'as-expected',
};

/** One event of each kind. */
export const sampleEvents: { readonly [K in RunEvent['kind']]: Extract<RunEvent, { kind: K }> } = {
  queued: { kind: 'queued', position: 1 },
  dropped: { kind: 'dropped' },
  started: { kind: 'started', paused: false },
  'autostart-read': { kind: 'autostart-read', autostart: true },
  'record-read': {
    kind: 'record-read',
    record: {
      destination: 'qemu+ssh://beta/system',
      temporary: true,
      stage: 'leaving',
      since: '2026-01-01T00:00:00Z',
    },
  },
  'job-copying': { kind: 'job-copying', progress: at(40), stalled: false },
  'job-switching': { kind: 'job-switching', progress: at(99) },
  'job-post-copy': { kind: 'job-post-copy', progress: at(99) },
  'call-succeeded': { kind: 'call-succeeded' },
  'call-failed': { kind: 'call-failed', error: new LibvirtError('other', 'it failed') },
  'call-aborted': { kind: 'call-aborted' },
  'call-lost': { kind: 'call-lost', error: new LibvirtError('closed', 'it broke off') },
  'vm-left': { kind: 'vm-left' },
  'vm-stayed': { kind: 'vm-stayed' },
  'vm-unknown': { kind: 'vm-unknown', error: new LibvirtError('closed', 'it broke off again') },
  'cancel-asked': { kind: 'cancel-asked' },
  'cancel-refused': { kind: 'cancel-refused', reason: 'there is no job' },
  'steer-asked': { kind: 'steer-asked', action: { kind: 'post-copy' }, by: 'admin' },
  steered: { kind: 'steered', action: { kind: 'post-copy' } },
  'steer-refused': { kind: 'steer-refused', action: { kind: 'post-copy' }, reason: 'not allowed' },
  'record-removed': { kind: 'record-removed' },
  'arrival-verified': { kind: 'arrival-verified', answers: [asExpected] },
  'cancel-verified': { kind: 'cancel-verified', answers: [asExpected] },
};

/** One state of each phase. */
export const samplePhases: { readonly [P in RunPhase['phase']]: Extract<RunPhase, { phase: P }> } = {
  queued: { phase: 'queued' },
  preparing: { phase: 'preparing' },
  copying: { phase: 'copying', progress: at(30) },
  switching: { phase: 'switching', progress: at(90) },
  'post-copy': { phase: 'post-copy', progress: at(90) },
  tidying: { phase: 'tidying', error: undefined, before: { phase: 'preparing' } },
  verifying: { phase: 'verifying' },
  'verifying-cancel': { phase: 'verifying-cancel' },
  done: { phase: 'done', verification: 'confirmed', answers: [] },
  failed: { phase: 'failed', failure: { summary: msg('no'), original: '' } },
  cancelled: { phase: 'cancelled', answers: [] },
};

/** A migration that was ordered, in that phase. */
export function runIn(phase: RunPhase['phase'], facts: Partial<RunState['facts']> = {}): RunState {
  const { facts: known } = orderedRun({ vm, destination: 'qemu+ssh://beta/system', temporary: false });
  return { facts: { ...known, ...facts }, now: samplePhases[phase] };
}
