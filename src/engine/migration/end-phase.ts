// SPDX-License-Identifier: LGPL-2.1-or-later

import { LibvirtError } from '../../libvirt/errors.ts';
import type { DomainJob } from '../../libvirt/job.ts';
import { type Message, msg } from '../base/index.ts';
import { hostOf } from '../destination/index.ts';
import { type MigrationFailure, migrationFailure, originalText } from '../failure/index.ts';
import { leftBehind } from './left-behind.ts';
import type { Ending, EndPhase, RunFacts } from './run-state.ts';
import {
  expectationOf,
  type HostAnswers,
  judgeAnswers,
  judgeCancel,
  reportedStates,
  verificationOf,
} from './verification.ts';
import { isAskedAgain, unansweredHosts, type VmWhereabouts, whereaboutsOf } from './whereabouts.ts';

/** What is known after both hosts were queried. */
export interface HostsAnswered {
  readonly hosts: HostAnswers;
  /** The figures of the job that was completed. */
  readonly job?: DomainJob;
  /** Why forecast and actual figures could not be stored. */
  readonly recordError?: string;
}

/**
 * How the migration ended. The place of the VM decides first; the result of the call or job only if that leaves a choice. A VM that
 * runs on the destination did not fail, and one that ended was not cancelled.
 */
export function endOf(ending: Ending, where: VmWhereabouts): EndPhase['phase'] {
  const { how, cancelAsked } = ending;
  switch (where.kind) {
    case 'runs-there':
    case 'paused-there':
      return 'done';
    case 'runs-here':
    case 'paused-here':
      return how === 'aborted' || (cancelAsked && how !== 'succeeded') ? 'cancelled' : 'failed';
    case 'both':
      return 'failed';
    case 'nowhere':
      return how === 'succeeded' ? 'done' : 'failed';
    case 'unknown':
      return how === 'succeeded' || how === 'left' ? 'done' : 'failed';
  }
}

/** The result, from the answers of both hosts. Pure. */
export function endPhaseOf(facts: RunFacts, ending: Ending, answered: HostsAnswered): EndPhase {
  const { hosts } = answered;
  const where = whereaboutsOf(reportedStates(hosts));
  switch (endOf(ending, where)) {
    case 'done':
      return { ...donePhase(facts, ending, answered), where };
    case 'cancelled':
      return {
        phase: 'cancelled',
        where,
        answers: [judgeCancel(expectationOf(facts), hosts.source)],
        ...leftBehind(facts),
      };
    case 'failed':
      return {
        phase: 'failed',
        where,
        ...(where.kind === 'runs-here' || where.kind === 'paused-here' || where.kind === 'nowhere'
          ? leftBehind(facts, ending.error)
          : {}),
        failure: failureOf(facts, ending, where),
      };
  }
}

function donePhase(
  facts: RunFacts,
  { how, error }: Ending,
  { hosts, job, recordError }: HostsAnswered,
): Extract<EndPhase, { phase: 'done' }> {
  const { paused, expected } = facts;
  const answers = judgeAnswers(expectationOf(facts), hosts);
  return {
    phase: 'done',
    verification: verificationOf(answers),
    answers,
    ...(paused ? { paused: true as const } : {}),
    ...(how === 'failed' && error !== undefined ? { callError: originalText(error) } : {}),
    ...(expected === undefined ? {} : { predicted: expected.predicted }),
    ...(recordError === undefined ? {} : { recordError }),
    ...(job === undefined
      ? {}
      : { elapsedMilliseconds: job.elapsedMilliseconds, sentBytes: job.dataProcessed }),
    ...(job?.downtimeMilliseconds === undefined ? {} : { downtimeMilliseconds: job.downtimeMilliseconds }),
  };
}

/** Why it failed. The hosts' answers come before the error, which may hide its reason, also if QEMU ended. */
function failureOf(facts: RunFacts, { how, error }: Ending, where: VmWhereabouts): MigrationFailure {
  const original = error === undefined ? '' : originalText(error);
  if (where.kind === 'nowhere')
    return { summary: msg('The VM ended while it was being migrated.'), original };
  if (where.kind === 'both')
    return { summary: msg('The migration left a copy of the VM on each host.'), original };
  if (how === 'succeeded')
    return {
      summary: msg('The migration ended without an error, but the VM is still on this host.'),
      original,
    };
  if (how === 'aborted') return { summary: msg('The migration was stopped.'), original };
  if (error === undefined)
    return {
      summary: msg('The migration ended.'),
      original,
      advice: msg('Only the program that started the migration knows the reason.'),
    };
  const failure = migrationFailure(error);
  if (!hidesReason(error)) return failure;
  const { advice, ...others } = failure;
  const silent = unansweredHosts(where).length > 0;
  return {
    ...others,
    summary: brokenText(facts, where),
    ...(silent && advice !== undefined ? { advice } : {}),
  };
}

/** Errors that say that a connection ended, but neither which one nor why. */
function hidesReason(error: unknown): boolean {
  return (
    error instanceof LibvirtError &&
    (error.reason === 'daemon-down' || error.reason === 'tunnel-ended' || error.reason === 'closed')
  );
}

/** Which daemon does not answer, given the hosts that did. */
function brokenText({ destination }: RunFacts, where: VmWhereabouts): Message {
  const silent = unansweredHosts(where).filter(({ error }) => error !== undefined);
  const host = destination === undefined ? msg('the destination') : msg('$0', hostOf(destination));
  if (silent.length === 2)
    return msg('Neither the libvirt daemon of this host nor that of $0 answers.', host);
  switch (silent[0]?.host) {
    case 'source':
      return msg('The libvirt daemon of this host does not answer.');
    case 'destination':
      return msg('The libvirt daemon of $0 does not answer.', host);
    case undefined:
      return msg('A connection to libvirt broke off during the migration. The daemons answer again.');
  }
}

/** True while the result may still change: a host did not answer, or the VM is paused and may be resumed. */
export function mayChange({ where }: Pick<EndPhase, 'where'>): boolean {
  return where !== undefined && (where.kind === 'paused-here' || isAskedAgain(where));
}
