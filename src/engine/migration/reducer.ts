// SPDX-License-Identifier: LGPL-2.1-or-later

import { withProgress } from '../progress/index.ts';
import { endPhaseOf, mayChange } from './end-phase.ts';
import type { RunEvent } from './run-event.ts';
import {
  type Ending,
  type EndPhase,
  isEnd,
  isUnderWay,
  type JobPhase,
  progressOf,
  type RunFacts,
  type RunPhase,
  type RunState,
} from './run-state.ts';
import type { Steering } from './steering.ts';

/** The events that report how a call or job ended, before a host is queried. */
type JobEnd = Extract<
  RunEvent,
  { kind: 'call-succeeded' | 'call-failed' | 'call-aborted' | 'vm-left' | 'vm-stayed' }
>;

type JobFigures = Extract<RunEvent, { kind: 'job-copying' | 'job-switching' | 'job-post-copy' }>;

type Answered = Extract<RunEvent, { kind: 'hosts-answered' }>;

/**
 * The life of one migration: a state and an event give the next state. Pure, so that every order of events can be tested without a
 * host. An event that has no meaning in a phase returns the same state object. `docs/architecture.md` has the table of the phases;
 * a test compares it with this function.
 */
export function reduce(state: RunState, event: RunEvent): RunState {
  if (isEnd(state.now)) return afterEnd(state, state.now, event);
  switch (event.kind) {
    case 'queued':
    case 'dropped':
    case 'started':
    case 'rehearsal-started':
    case 'rehearsal-passed':
    case 'rehearsal-failed':
      return beforeCall(state, event);
    case 'job-copying':
    case 'job-switching':
    case 'job-post-copy':
      return isUnderWay(state.now) ? withFigures(state, state.now, event) : state;
    case 'call-succeeded':
    case 'call-failed':
    case 'call-aborted':
    case 'vm-left':
    case 'vm-stayed':
      return isUnderWay(state.now) ? afterJob(state, event) : state;
    case 'autostart-read':
    case 'record-read':
    case 'call-lost':
    case 'vm-unknown':
      return isUnderWay(state.now) ? withFacts(state, learned(state.facts, event)) : state;
    case 'cancel-asked':
    case 'cancel-refused':
      return withFacts(state, withCancel(state, event));
    case 'steer-asked':
    case 'steered':
    case 'steer-refused':
      return withFacts(state, withSteering(state, event));
    case 'history-not-kept':
      return state;
    case 'hosts-answered':
      return state.now.phase === 'verifying' ? concluded(state, event) : state;
  }
}

function withFacts(state: RunState, facts: RunFacts): RunState {
  return facts === state.facts ? state : { ...state, facts };
}

/** After the end, nothing is being cancelled. */
function ended({ facts }: RunState, now: RunPhase): RunState {
  return { facts: facts.cancelling ? { ...facts, cancelling: false } : facts, now };
}

/** Until libvirt is asked to migrate the VM. */
function beforeCall(
  state: RunState,
  event: Extract<
    RunEvent,
    {
      kind: 'queued' | 'dropped' | 'started' | 'rehearsal-started' | 'rehearsal-passed' | 'rehearsal-failed';
    }
  >,
): RunState {
  const { phase } = state.now;
  if (phase !== 'queued' && phase !== 'rehearsing') return state;
  switch (event.kind) {
    case 'queued':
      return phase === 'queued' ? { ...state, now: { phase: 'queued', position: event.position } } : state;
    case 'dropped':
      return ended(state, { phase: 'cancelled', answers: [] });
    case 'rehearsal-started':
      return phase === 'queued' ? { ...state, now: { phase: 'rehearsing' } } : state;
    case 'rehearsal-passed':
      return phase === 'rehearsing'
        ? withFacts(state, { ...state.facts, rehearsal: event.rehearsal })
        : state;
    case 'rehearsal-failed': {
      if (phase !== 'rehearsing') return state;
      const { rehearsal, failure } = event;
      return ended(
        { ...state, facts: { ...state.facts, rehearsal } },
        { phase: 'failed', failure, notBegun: true },
      );
    }
    case 'started': {
      const { paused, expected } = event;
      const facts = { ...state.facts, paused, ...(expected === undefined ? {} : { expected }) };
      return { facts, now: { phase: 'preparing' } };
    }
  }
}

/** A new connection starts at 0 %, but the shown percentage must not go back. So it is kept here, too. */
function withFigures({ facts }: RunState, before: RunPhase, event: JobFigures): RunState {
  const percent = Math.max(progressOf(before)?.percent ?? 0, event.progress.percent);
  const progress = { ...event.progress, percent };
  const points = withProgress(facts.points, progress);
  const known = facts.jobSeen && points === facts.points;
  return { facts: known ? facts : { ...facts, jobSeen: true, points }, now: jobPhase(event, progress) };
}

function jobPhase(event: JobFigures, progress: JobPhase['progress']): JobPhase {
  switch (event.kind) {
    case 'job-copying':
      return { phase: 'copying', progress, ...(event.stalled ? { stalled: true as const } : {}) };
    case 'job-switching':
      return { phase: 'switching', progress };
    case 'job-post-copy':
      return { phase: 'post-copy', progress };
  }
}

/** Both hosts are always queried: their answers give the result. */
function afterJob({ facts }: RunState, event: JobEnd): RunState {
  return { facts: { ...facts, ending: endingOf(facts, event) }, now: { phase: 'verifying' } };
}

function endingOf({ cancelling: cancelAsked, lost }: RunFacts, event: JobEnd): Ending {
  switch (event.kind) {
    case 'call-succeeded':
      return { how: 'succeeded', cancelAsked };
    case 'vm-left':
      return { how: 'left', cancelAsked };
    case 'call-aborted':
      return { how: 'aborted', cancelAsked, error: event.error };
    case 'call-failed':
      return { how: 'failed', cancelAsked, error: event.error };
    case 'vm-stayed':
      return { how: 'stayed', cancelAsked, error: lost };
  }
}

function learned(
  facts: RunFacts,
  event: Extract<RunEvent, { kind: 'autostart-read' | 'record-read' | 'call-lost' | 'vm-unknown' }>,
): RunFacts {
  switch (event.kind) {
    case 'autostart-read':
      return facts.autostart === event.autostart ? facts : { ...facts, autostart: event.autostart };
    case 'record-read': {
      if (facts.destination !== undefined) return facts;
      const { destination, temporary, copyDisks = [], expected } = event.record;
      return { ...facts, destination, temporary, copyDisks, ...(expected === undefined ? {} : { expected }) };
    }
    case 'call-lost':
      return { ...facts, lost: event.error };
    case 'vm-unknown':
      // The first reason counts: the others follow from it.
      return facts.lost === undefined ? { ...facts, lost: event.error } : facts;
  }
}

function withCancel(
  { facts, now }: RunState,
  event: Extract<RunEvent, { kind: 'cancel-asked' | 'cancel-refused' }>,
): RunFacts {
  const { cancelError: _, ...others } = facts;
  if (event.kind === 'cancel-asked') {
    // A queued migration is dropped instead.
    return facts.cancelling || now.phase === 'queued' ? facts : { ...others, cancelling: true };
  }
  // Before the job begins, libvirt refuses to cancel, and is asked again. After the end, there is nothing to cancel.
  const counts = facts.cancelling && isUnderWay(now) && now.phase !== 'preparing';
  return counts ? { ...facts, cancelling: false, cancelError: event.reason } : facts;
}

/** The maximum number that is kept: the page shows them all. */
const mostSteerings = 20;

function withSteering(
  { facts, now }: RunState,
  event: Extract<RunEvent, { kind: 'steer-asked' | 'steered' | 'steer-refused' }>,
): RunFacts {
  if (!isUnderWay(now)) return facts;
  const { steering } = facts;
  if (event.kind === 'steer-asked') {
    const { action, by, at } = event;
    const asked = { action, by, at, state: 'asked' as const };
    return { ...facts, steering: [...steering, asked].slice(-mostSteerings) };
  }
  // libvirt answers in order.
  const place = steering.findIndex(
    ({ action, state }) => state === 'asked' && action.kind === event.action.kind,
  );
  if (place < 0) return facts;
  const answered = (asked: Steering): Steering =>
    event.kind === 'steered'
      ? { ...asked, state: 'done' }
      : { ...asked, state: 'refused', reason: event.reason };
  return { ...facts, steering: steering.map((each, index) => (index === place ? answered(each) : each)) };
}

function concluded(state: RunState, event: Answered): RunState {
  const { facts } = state;
  return facts.ending === undefined ? state : ended(state, endPhaseOf(facts, facts.ending, event));
}

function afterEnd(state: RunState, now: EndPhase, event: RunEvent): RunState {
  switch (event.kind) {
    case 'hosts-answered':
      return askedAgain(state, now, event);
    case 'history-not-kept':
      return { ...state, facts: { ...state.facts, historyError: event.reason } };
    default:
      return state;
  }
}

/** A result is final unless a host had not answered. Earlier figures stay. */
function askedAgain(state: RunState, now: EndPhase, event: Answered): RunState {
  const { facts } = state;
  if (facts.ending === undefined || !mayChange(now)) return state;
  const next = endPhaseOf(facts, facts.ending, event);
  const figures = now.phase === 'done' && next.phase === 'done' ? { ...now, ...next } : next;
  return ended(state, figures);
}
