// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainJob } from '../../libvirt/job.ts';
import { appendTrackEntry } from '../forecast/index.ts';
import { forgetWhereItWent, keepWhereItWent } from './kept-record.ts';
import { queryHosts, querySource } from './query-hosts.ts';
import { pause, type RunContext } from './run-context.ts';
import type { RunFacts } from './run-state.ts';
import type { VerificationAnswer } from './state.ts';
import { type Expectation, judgeAnswers, judgeCancel, verificationOf } from './verification.ts';

/** How often, and how many times, both hosts are asked again when an answer is not as expected yet. */
const verifyAgainMilliseconds = 1000;
const verifyTries = 4;

/** The VM left: both hosts are asked, and what came is kept beside what was forecast. */
export async function verifyArrival(run: RunContext): Promise<void> {
  const { inventory, vm, dispatch } = run;
  inventory.refresh(vm.uuid);
  await keepWhereItWent(run);
  const answers = await settledAnswers(run);
  if (answers === undefined) return;
  const job = inventory.completedJob(vm.uuid);
  const recordError = await keepTrack(run, job);
  dispatch({
    kind: 'arrival-verified',
    answers,
    ...(job === undefined ? {} : { job }),
    ...(recordError === undefined ? {} : { recordError }),
  });
}

/** It was cancelled: the VM has to go on here. */
export async function verifyCancel(run: RunContext): Promise<void> {
  const { inventory, vm, state, dispatch } = run;
  await forgetWhereItWent(run);
  const expectation = expectationOf(state().facts);
  const source = await querySource(inventory.connection, vm);
  dispatch({ kind: 'cancel-verified', answers: [judgeCancel(expectation, source)] });
}

/** Right after its end a host may still be busy with it. Undefined if the page let go in the meantime. */
async function settledAnswers({
  platform,
  inventory,
  signal,
  state,
}: RunContext): Promise<readonly VerificationAnswer[] | undefined> {
  const expectation = expectationOf(state().facts);
  const { connection } = inventory;
  const ask = async (): Promise<readonly VerificationAnswer[]> =>
    judgeAnswers(expectation, await queryHosts(platform, connection, expectation));
  let answers = await ask();
  for (let tries = 1; tries < verifyTries && verificationOf(answers) === 'contradicted'; tries += 1) {
    if (!(await pause(verifyAgainMilliseconds, signal))) return undefined;
    answers = await ask();
  }
  return answers;
}

/** Keeps what was forecast and what came; the answer is why that could not be done. */
async function keepTrack(
  { platform, vm, state }: RunContext,
  job: DomainJob | undefined,
): Promise<string | undefined> {
  const { expected } = state().facts;
  if (expected === undefined || job === undefined) return undefined;
  const { elapsedMilliseconds, downtimeMilliseconds, dataProcessed, throughput } = job;
  return await appendTrackEntry(platform, vm.connection, {
    ...expected,
    actual: {
      totalMilliseconds: elapsedMilliseconds,
      ...(downtimeMilliseconds === undefined ? {} : { downtimeMilliseconds }),
      sentBytes: dataProcessed,
      ...(throughput === 0 ? {} : { bytesPerSecond: throughput }),
    },
  });
}

function expectationOf({ vm, paused, autostart, destination, temporary }: RunFacts): Expectation {
  return {
    vm,
    paused,
    autostart,
    ...(destination === undefined ? {} : { destination }),
    ...(temporary === undefined ? {} : { temporary }),
  };
}
