// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg } from '../../../src/engine/base/message.ts';
import { type ReportedState, stateLine } from '../../../src/engine/migration/reported-state.ts';
import type { RunEvent } from '../../../src/engine/migration/run-event.ts';
import { orderedRun, type RunPhase, type RunState } from '../../../src/engine/migration/run-state.ts';
import type { HostAnswers } from '../../../src/engine/migration/verification.ts';
import { type MigrationProgress, noProgress } from '../../../src/engine/progress/progress.ts';
import type { Rehearsal } from '../../../src/engine/rehearsal/result.ts';
import { LibvirtError } from '../../../src/libvirt/errors.ts';

export const vm = {
  connection: 'system' as const,
  name: 'web',
  uuid: '0178c545-e3fe-456b-b934-f487d10a9784',
};

export function at(percent: number): MigrationProgress {
  return { ...noProgress, percent };
}

/** Both hosts' answers, as virsh and libvirt-dbus give them. */
export function hostsOf(source: ReportedState, destination: ReportedState): HostAnswers {
  return { source, destination: destinationOf(destination) };
}

function destinationOf(state: ReportedState): HostAnswers['destination'] {
  if (state.kind === 'not-asked') return undefined;
  if (state.kind === 'silent') return { unreachable: state.error };
  const line = stateLine(state);
  if (line === undefined) {
    const absent = { id: '', ok: false, error: `failed to get domain '${vm.uuid}'` } as const;
    return { state: absent, uuid: absent, info: absent };
  }
  return {
    state: { id: 'state', ok: true, text: line },
    uuid: { id: 'uuid', ok: true, text: vm.uuid },
    info: { id: 'info', ok: true, text: 'Persistent:     yes\nAutostart:      disable\n' },
  };
}

export const arrived: Rehearsal = {
  outcome: { kind: 'arrived', milliseconds: 500, leftOut: [] },
  remains: [],
  hasShell: true,
};

const refused: Rehearsal = {
  ...arrived,
  outcome: {
    kind: 'refused',
    error: new LibvirtError('tunnel-ended', 'End of file'),
    reason: 'VQ 0',
    leftOut: [],
  },
};

/** One event of each kind. */
export const sampleEvents: { readonly [K in RunEvent['kind']]: Extract<RunEvent, { kind: K }> } = {
  queued: { kind: 'queued', position: 1 },
  dropped: { kind: 'dropped' },
  started: { kind: 'started', paused: false },
  'rehearsal-started': { kind: 'rehearsal-started' },
  'rehearsal-passed': { kind: 'rehearsal-passed', rehearsal: arrived },
  'rehearsal-failed': {
    kind: 'rehearsal-failed',
    rehearsal: refused,
    failure: { summary: msg('it did not arrive'), original: 'VQ 0' },
  },
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
  'call-aborted': {
    kind: 'call-aborted',
    error: new LibvirtError('operation-aborted', 'canceled by client'),
  },
  'call-lost': { kind: 'call-lost', error: new LibvirtError('closed', 'it broke off') },
  'vm-left': { kind: 'vm-left' },
  'vm-stayed': { kind: 'vm-stayed' },
  'vm-unknown': { kind: 'vm-unknown', error: new LibvirtError('closed', 'it broke off again') },
  'cancel-asked': { kind: 'cancel-asked' },
  'cancel-refused': { kind: 'cancel-refused', reason: 'there is no job' },
  'steer-asked': {
    kind: 'steer-asked',
    action: { kind: 'post-copy' },
    by: 'admin',
    at: '2026-11-28T10:00:05.000Z',
  },
  steered: { kind: 'steered', action: { kind: 'post-copy' } },
  'steer-refused': { kind: 'steer-refused', action: { kind: 'post-copy' }, reason: 'not allowed' },
  'history-not-kept': { kind: 'history-not-kept', reason: 'no space' },
  'hosts-answered': { kind: 'hosts-answered', hosts: hostsOf({ kind: 'absent' }, { kind: 'running' }) },
};

/** One state of each phase. */
export const samplePhases: { readonly [P in RunPhase['phase']]: Extract<RunPhase, { phase: P }> } = {
  queued: { phase: 'queued' },
  rehearsing: { phase: 'rehearsing' },
  preparing: { phase: 'preparing' },
  copying: { phase: 'copying', progress: at(30) },
  switching: { phase: 'switching', progress: at(90) },
  'post-copy': { phase: 'post-copy', progress: at(90) },
  verifying: { phase: 'verifying' },
  done: { phase: 'done', verification: 'confirmed', answers: [] },
  failed: { phase: 'failed', failure: { summary: msg('no'), original: '' } },
  cancelled: { phase: 'cancelled', answers: [] },
};

/** A migration that was ordered, in that phase. */
export function runIn(phase: RunPhase['phase'], facts: Partial<RunState['facts']> = {}): RunState {
  const { facts: known } = orderedRun({ vm, destination: 'qemu+ssh://beta/system', temporary: false });
  const ending =
    phase === 'verifying'
      ? { ending: { how: 'succeeded' as const, cancelAsked: facts.cancelling === true } }
      : {};
  return { facts: { ...known, ...ending, ...facts }, now: samplePhases[phase] };
}
