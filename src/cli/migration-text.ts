// SPDX-License-Identifier: LGPL-2.1-or-later

import { durationText, type Message, msg, nmsg, rateText, sizeText } from '../engine/base/index.ts';
import { notRecordedText, predictionText } from '../engine/forecast/index.ts';
import { type Migration, whereaboutsRemedies, whereaboutsText } from '../engine/migration/index.ts';
import type { MigrationProgress } from '../engine/progress/index.ts';
import { rehearsalFinding } from '../engine/rehearsal/index.ts';
import { remedyLines } from './check-text.ts';
import { messageText } from './environment.ts';
import type { Status } from './status-line.ts';

/** The present phase, for the status line; undefined after the end. */
export function migrationStatus({ state, destination = '', cancelling }: Migration): Status | undefined {
  const status = statusOf(state, destination);
  return cancelling && status !== undefined
    ? {
        ...status,
        stage: `${status.stage} cancelling`,
        text: `${messageText(msg('Cancelling.'))} ${status.text}`,
      }
    : status;
}

/** libvirt reports the disks first, and the memory after them. */
function remainingWords({ disks, memoryRemainingBytes, memoryTotalBytes }: MigrationProgress): Message {
  return disks !== undefined && memoryTotalBytes === 0
    ? msg('$0 of $1 of the disks left', sizeText(disks.remainingBytes), sizeText(disks.totalBytes))
    : msg('$0 of $1 left', sizeText(memoryRemainingBytes), sizeText(memoryTotalBytes));
}

function stalledText({ bestPass, pass }: MigrationProgress): Message {
  return bestPass === undefined
    ? msg('Stalled.')
    : nmsg(
        'Stalled: $0 pass left at least $1.',
        'Stalled: $0 passes left at least $1 each.',
        pass - bestPass.pass,
        sizeText(bestPass.remainingBytes),
      );
}

function statusOf(state: Migration['state'], destination: string): Status | undefined {
  const stage = state.phase;
  switch (state.phase) {
    case 'rehearsing':
      return { stage, text: messageText(msg('Rehearsing: a stand-in of the VM travels first.')) };
    case 'preparing':
      return { stage, text: messageText(msg('Preparing both hosts.')) };
    case 'copying': {
      const { progress } = state;
      const text = [
        remainingWords(progress),
        ...(progress.throughputBytesPerSecond > 0 ? [rateText(progress.throughputBytesPerSecond)] : []),
        msg('pass $0', progress.pass),
        durationText(progress.elapsedMilliseconds),
      ]
        .map(messageText)
        .join(', ');
      return state.stalled === true
        ? { stage: `${stage} stalled`, text: `${messageText(stalledText(progress))} ${text}` }
        : { stage, percent: progress.percent, text };
    }
    case 'switching':
      return { stage, text: messageText(msg('Switching over: the VM pauses for a moment.')) };
    case 'post-copy':
      return {
        stage,
        percent: state.progress.percent,
        text: messageText(
          msg('Post-copy: the VM runs on the destination and fetches the rest of its memory.'),
        ),
      };
    case 'verifying':
      return { stage, text: messageText(msg('Verifying: asking $0 whether the VM runs.', destination)) };
    case 'done':
    case 'failed':
    case 'cancelled':
      return undefined;
  }
}

function doneHeadline(
  { verification, paused }: Extract<Migration['state'], { phase: 'done' }>,
  name: string,
  destination: string,
): Message {
  switch (verification) {
    case 'confirmed':
      return paused === true
        ? msg('Done: $0 is on $1, paused as before.', name, destination)
        : msg('Done: $0 runs on $1. Both hosts confirm this.', name, destination);
    case 'contradicted':
      return msg('Migrated $0 to $1, but not everything is as expected.', name, destination);
    case 'incomplete':
      return msg('The migration of $0 to $1 ended, but not everything could be verified.', name, destination);
  }
}

function headline({ state, vm, destination = '' }: Migration): Message {
  switch (state.phase) {
    case 'done':
      return doneHeadline(state, vm.name, destination);
    case 'failed':
      if (state.notBegun === true)
        return msg('Not migrated: the rehearsal failed. $0 was not touched.', vm.name);
      return state.where?.kind === 'unknown'
        ? msg('The migration of $0 ended with an error.', vm.name)
        : msg('The migration of $0 failed.', vm.name);
    case 'cancelled':
      return msg('The migration of $0 was cancelled.', vm.name);
    case 'rehearsing':
    case 'preparing':
    case 'copying':
    case 'switching':
    case 'post-copy':
    case 'verifying':
      break;
  }
  return msg(
    'The migration of $0 goes on in libvirt. To see it, use cockpit-migrate list or the page.',
    vm.name,
  );
}

/** Where the VM is, and what to do about it. */
function whereLines(migration: Migration): readonly string[] {
  const { state } = migration;
  if (!('where' in state)) return [];
  return [
    ...whereaboutsText(state.where, migration).map((message) => `  ${messageText(message)}`),
    // Not wrapped: commands are copied, and the rest is short.
    ...whereaboutsRemedies(state.where, migration).flatMap((remedy) => remedyLines(remedy, Infinity, '  ')),
    ...(state.phase === 'done' && state.callError !== undefined
      ? [`  ${messageText(msg('libvirt reported an error all the same: $0', state.callError))}`]
      : []),
  ];
}

/** The result, with the answers of both hosts. */
export function migrationText(migration: Migration): readonly string[] {
  const { state } = migration;
  const figures =
    state.phase !== 'done'
      ? []
      : [
          ...(state.elapsedMilliseconds === undefined
            ? []
            : [msg('Took $0.', durationText(state.elapsedMilliseconds))]),
          // Not for a VM that was paused all the time.
          ...(state.downtimeMilliseconds === undefined || state.paused === true
            ? []
            : [msg('The VM paused for $0.', durationText(state.downtimeMilliseconds))]),
          ...[predictionText(state) ?? []].flat(),
          ...(state.recordError === undefined ? [] : [notRecordedText(state.recordError)]),
        ];
  const answers = state.phase === 'done' || state.phase === 'cancelled' ? state.answers : [];
  const failure =
    state.phase === 'failed'
      ? [
          messageText(state.failure.summary),
          ...(state.failure.original === ''
            ? []
            : state.failure.original.split('\n').map((line) => `| ${line}`)),
          ...(state.failure.advice === undefined ? [] : [`-> ${messageText(state.failure.advice)}`]),
          // Not wrapped: commands are copied, and the rest is short.
          ...(state.failure.remedies ?? []).flatMap((remedy) => remedyLines(remedy, Infinity, '')),
        ]
      : [];
  const leftBehind =
    (state.phase === 'failed' || state.phase === 'cancelled') && state.leftBehind !== undefined
      ? [messageText(state.leftBehind)]
      : [];
  const rehearsed = migration.rehearsal === undefined ? undefined : rehearsalFinding(migration.rehearsal);
  // Not for a failed one: the failure is enough.
  const rehearsal = rehearsed === undefined || state.phase === 'failed' ? [] : [messageText(rehearsed.found)];
  const marks = { 'as-expected': 'ok', 'not-as-expected': 'WRONG', unknown: 'UNKNOWN' } as const;
  return [
    messageText(headline(migration)),
    ...whereLines(migration),
    ...[...rehearsal, ...failure, ...leftBehind].map((line) => `  ${line}`),
    ...(figures.length === 0 ? [] : [`  ${figures.map(messageText).join(' ')}`]),
    ...(migration.historyError === undefined
      ? []
      : [`  ${messageText(msg('Not written into the history: $0', migration.historyError))}`]),
    ...answers.map(
      ({ question, expected, answer, verdict }) =>
        `  ${marks[verdict].padEnd(9)}${messageText(question)} ${messageText(answer)}${
          verdict === 'as-expected' ? '' : ` (${messageText(msg('expected: $0', expected))})`
        }`,
    ),
  ];
}
