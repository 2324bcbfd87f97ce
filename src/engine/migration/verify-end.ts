// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainJob } from '../../libvirt/job.ts';
import { onAbort } from '../../platform/on-abort.ts';
import { appendTrackEntry } from '../forecast/index.ts';
import { forgetWhereItWent, keepWhereItWent } from './kept-record.ts';
import { type Inquiry, queryHosts } from './query-hosts.ts';
import { pause, type RunContext } from './run-context.ts';
import { isEnd } from './run-state.ts';
import { expectationOf, type HostAnswers, judgeAnswers, sightsOf, verificationOf } from './verification.ts';
import { isAskedAgain, type VmWhereabouts, whereaboutsOf } from './whereabouts.ts';

/** How often, and how many times, both hosts are asked again when an answer is not as expected yet. */
const askAgainMilliseconds = 1000;
const settleTries = 4;

/**
 * So long is the end held back while a host that did not answer is asked again: where libvirt says that the VM went, and where an
 * error leaves open what came of it. A daemon that was started anew needs a few seconds.
 */
const arrivedPatienceMilliseconds = 3000;
const errorPatienceMilliseconds = 15_000;

/** How long the destination may take to answer: where the VM arrived, and where nothing says so. */
const arrivedMilliseconds = 30_000;
const stayedMilliseconds = 10_000;

/** Between two questions after the end, at first and at most. */
const firstPauseMilliseconds = 3000;
const longestPauseMilliseconds = 60_000;

/** The call or the job is over: both hosts are asked, the record follows what they say, and what came is kept beside what was forecast. */
export async function verifyEnd(run: RunContext): Promise<void> {
  const { inventory, vm, dispatch } = run;
  inventory.refresh(vm.uuid);
  if (saysArrived(run)) await keepWhereItWent(run);
  const hosts = await settledAnswers(run);
  if (hosts === undefined) return;
  const where = whereaboutsOf(sightsOf(hosts));
  await tidyRecord(run, where);
  const job = isThere(where) || saysArrived(run) ? inventory.completedJob(vm.uuid) : undefined;
  const recordError = await keepTrack(run, job);
  dispatch({
    kind: 'hosts-answered',
    hosts,
    ...(job === undefined ? {} : { job }),
    ...(recordError === undefined ? {} : { recordError }),
  });
}

/** After the end: a host that did not answer is asked until it does, and a VM that was paused is looked at when it changes. */
export async function askOn(run: RunContext): Promise<void> {
  const { platform, inventory, vm, signal, state, dispatch } = run;
  const undo = inventory.state.subscribe(() => {
    const { now } = state();
    const entry = inventory.entry(vm.uuid);
    if (!isEnd(now) || now.where?.kind !== 'paused-here' || entry === undefined) return;
    if (entry.summary.state !== pausedState) void ask();
  });
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    const hosts = await queryHosts(platform, inventory, expectationOf(state().facts), stayed);
    asking = false;
    if (signal.aborted) return;
    await tidyRecord(run, whereaboutsOf(sightsOf(hosts)));
    dispatch({ kind: 'hosts-answered', hosts });
  };
  onAbort(signal, undo);
  for (let wait = firstPauseMilliseconds; ; wait = Math.min(1.5 * wait, longestPauseMilliseconds)) {
    const { now } = state();
    if (!isEnd(now) || now.where === undefined || !isAskedAgain(now.where)) break;
    if (!(await pause(wait, signal))) break;
    await ask();
  }
}

/** VIR_DOMAIN_PAUSED */
const pausedState = 3;

const stayed: Inquiry = { destinationMilliseconds: stayedMilliseconds, arrived: false };
const arrived: Inquiry = { destinationMilliseconds: arrivedMilliseconds, arrived: true };

/** libvirt says that the VM went. */
function saysArrived({ state }: RunContext): boolean {
  const how = state().facts.ending?.how;
  return how === 'succeeded' || how === 'left';
}

function isThere({ kind }: VmWhereabouts): boolean {
  return kind === 'runs-there' || kind === 'paused-there';
}

/** Right after its end a host may still be busy with it. Undefined if the page let go in the meantime. */
async function settledAnswers(run: RunContext): Promise<HostAnswers | undefined> {
  const { platform, inventory, signal, state } = run;
  const expectation = expectationOf(state().facts);
  const end = Date.now() + (saysArrived(run) ? arrivedPatienceMilliseconds : errorPatienceMilliseconds);
  let inquiry = saysArrived(run) ? arrived : stayed;
  for (let tries = 1; ; tries += 1) {
    const hosts = await queryHosts(platform, inventory, expectation, inquiry);
    const where = whereaboutsOf(sightsOf(hosts));
    const settled =
      where.kind === 'unknown' ? Date.now() > end || !isAskedAgain(where) : isPlain(run, where, hosts);
    // Where libvirt reported an error and the VM arrived, what belongs to it there is still to be put right.
    const toSetRight = isThere(where) && !inquiry.arrived;
    if ((settled || (where.kind !== 'unknown' && tries >= settleTries)) && !toSetRight) return hosts;
    if (isThere(where)) inquiry = arrived;
    if (!(await pause(askAgainMilliseconds, signal))) return undefined;
  }
}

/** True if there is no reason to think that a host is still busy. */
function isPlain(run: RunContext, where: VmWhereabouts, hosts: HostAnswers): boolean {
  switch (where.kind) {
    case 'runs-there':
    case 'paused-there':
      return verificationOf(judgeAnswers(expectationOf(run.state().facts), hosts)) !== 'contradicted';
    case 'runs-here':
    case 'nowhere':
      return !saysArrived(run);
    case 'paused-here':
      return where.reason !== 'migration';
    case 'both':
    case 'unknown':
      return false;
  }
}

/** The record of a VM that did not go tells of nothing; where a host did not answer, whoever looks next needs it. */
async function tidyRecord(run: RunContext, where: VmWhereabouts): Promise<void> {
  if (saysArrived(run)) return;
  switch (where.kind) {
    case 'runs-there':
    case 'paused-there':
      await keepWhereItWent(run);
      break;
    case 'runs-here':
    case 'paused-here':
    case 'nowhere':
      await forgetWhereItWent(run);
      break;
    case 'both':
    case 'unknown':
      break;
  }
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
