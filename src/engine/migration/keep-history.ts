// SPDX-License-Identifier: LGPL-2.1-or-later
import { plainText } from '../base/index.ts';
import type { Prediction } from '../forecast/index.ts';
import {
  appendHistory,
  type HistoryEntry,
  type PastRehearsal,
  whoAndWhere,
  withoutParameters,
} from '../history/index.ts';
import { type Rehearsal, rehearsalFinding } from '../rehearsal/index.ts';
import type { Order, RunContext } from './run-context.ts';
import { type EndPhase, isEnd, type RunFacts } from './run-state.ts';
import { runsOn } from './whereabouts.ts';

/** Writes the result of the migration into the history, unless it was removed from the queue before it started. Does not reject. */
export async function keepHistory(
  { platform, state, dispatch }: RunContext,
  order: Order | undefined,
  began: number,
): Promise<void> {
  const { facts, now } = state();
  if (!isEnd(now) || !counts(now)) return;
  const end = new Date();
  const { who, host } = await whoAndWhere(platform);
  const error = await appendHistory(platform, {
    ...entryOf(facts, now, order),
    ...(host === undefined ? {} : { source: host }),
    ...(who === undefined || !facts.startedHere ? {} : { who }),
    start: new Date(began).toISOString(),
    end: end.toISOString(),
  });
  if (error !== undefined) dispatch({ kind: 'history-not-kept', reason: error });
}

/** One whose stand-in did not arrive is kept, too: somebody wanted the VM to go, and it did not. */
function counts(now: EndPhase): boolean {
  return now.where !== undefined || (now.phase === 'failed' && now.notBegun === true);
}

/** What is known of it, without when and who. */
function entryOf(
  facts: RunFacts,
  now: EndPhase,
  order: Order | undefined,
): Omit<HistoryEntry, 'start' | 'end' | 'source' | 'who'> {
  const { vm, destination, temporary, copyDisks, startedHere, expected, steering } = facts;
  return {
    version: 1,
    vm: vm.name,
    uuid: vm.uuid,
    connection: vm.connection,
    ...(destination === undefined ? {} : { destination: withoutParameters(destination) }),
    ...(temporary === undefined ? {} : { temporary }),
    ...(copyDisks.length === 0 ? {} : { copyDisks }),
    ...(order === undefined ? {} : { ...orderOf(order), rehearsal: pastRehearsal(facts.rehearsal) }),
    ...(steering.length === 0 ? {} : { steered: steering }),
    result: now.phase,
    ...(now.where === undefined ? {} : { runsOn: runsOn(now.where) }),
    ...endOf(now),
    ...(expected === undefined ? {} : { forecast: forecastOf(expected.predicted) }),
    startedHere,
  };
}

function orderOf({ choices, plan, overrides = [] }: Order): Partial<HistoryEntry> {
  return {
    flags: plan.flagNames,
    ...(choices.migrationUri === undefined ? {} : { migrationUri: withoutParameters(choices.migrationUri) }),
    ...(overrides.length === 0 ? {} : { overrides }),
  };
}

/** Without one, it was not chosen. */
function pastRehearsal(rehearsal: Rehearsal | undefined): PastRehearsal {
  const finding = rehearsal === undefined ? undefined : rehearsalFinding(rehearsal);
  if (rehearsal === undefined || finding === undefined) return { result: 'left-out' };
  const { outcome } = rehearsal;
  if (outcome.kind === 'arrived') return { result: 'passed', milliseconds: outcome.milliseconds };
  return { result: outcome.kind === 'refused' ? 'failed' : 'left-out', reason: plainText(finding.found) };
}

function forecastOf(predicted: Prediction): NonNullable<HistoryEntry['forecast']> {
  return predicted.kind === 'converges'
    ? {
        finishes: true,
        totalMilliseconds: predicted.totalMilliseconds,
        pauseMilliseconds: predicted.downtimeMilliseconds,
      }
    : { finishes: false };
}

function endOf(now: EndPhase): Partial<HistoryEntry> {
  switch (now.phase) {
    case 'done': {
      const { verification, callError, elapsedMilliseconds, downtimeMilliseconds, sentBytes } = now;
      return {
        verification,
        ...(callError === undefined ? {} : { error: callError }),
        ...(elapsedMilliseconds === undefined
          ? {}
          : {
              actual: {
                totalMilliseconds: elapsedMilliseconds,
                ...(downtimeMilliseconds === undefined ? {} : { pauseMilliseconds: downtimeMilliseconds }),
                ...(sentBytes === undefined ? {} : { sentBytes }),
              },
            }),
      };
    }
    case 'failed':
      return {
        reason: plainText(now.failure.summary),
        ...(now.failure.original === '' ? {} : { error: now.failure.original }),
      };
    case 'cancelled':
      return {};
  }
}
