// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainJob } from '../../libvirt/job.ts';
import { onAbort } from '../../platform/on-abort.ts';
import { appendTrackEntry } from '../forecast/index.ts';
import { forgetWhereItWent, keepWhereItWent } from './kept-record.ts';
import { type Inquiry, queryHosts } from './query-hosts.ts';
import { pause, type RunContext } from './run-context.ts';
import { isEnd } from './run-state.ts';
import {
  expectationOf,
  type HostAnswers,
  judgeAnswers,
  reportedStates,
  verificationOf,
} from './verification.ts';
import { isAskedAgain, type VmWhereabouts, whereaboutsOf } from './whereabouts.ts';

/** How often, and how many times, both hosts are queried again if an answer is not as expected yet. */
const askAgainMilliseconds = 1000;
const settleTries = 4;

/**
 * How long to wait for a host that does not answer before the result is reported: if libvirt says that the VM left, or if an error
 * does not tell the result. A daemon that restarts needs a few seconds.
 */
const arrivedPatienceMilliseconds = 3000;
const errorPatienceMilliseconds = 15_000;

/** The time limit for the destination's answer: if the VM arrived, and otherwise. */
const arrivedMilliseconds = 30_000;
const stayedMilliseconds = 10_000;

/** The first and the longest time between queries after the end. */
const firstPauseMilliseconds = 3000;
const longestPauseMilliseconds = 60_000;

/** After the call or job: queries both hosts, updates the record by their answers, and stores forecast and actual figures. */
export async function verifyEnd(run: RunContext): Promise<void> {
  const { inventory, vm, dispatch } = run;
  inventory.refresh(vm.uuid);
  if (saysArrived(run)) await keepWhereItWent(run);
  const hosts = await settledAnswers(run);
  if (hosts === undefined) return;
  const where = whereaboutsOf(reportedStates(hosts));
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

/** After the end: queries a host until it answers, and checks a paused VM again when it changes. */
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
    await tidyRecord(run, whereaboutsOf(reportedStates(hosts)));
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

/** libvirt says that the VM left. */
function saysArrived({ state }: RunContext): boolean {
  const how = state().facts.ending?.how;
  return how === 'succeeded' || how === 'left';
}

function isThere({ kind }: VmWhereabouts): boolean {
  return kind === 'runs-there' || kind === 'paused-there';
}

/** Right after the end, a host may still be busy with the VM. Undefined if the page was closed meanwhile. */
async function settledAnswers(run: RunContext): Promise<HostAnswers | undefined> {
  const { platform, inventory, signal, state } = run;
  const expectation = expectationOf(state().facts);
  const end = Date.now() + (saysArrived(run) ? arrivedPatienceMilliseconds : errorPatienceMilliseconds);
  let inquiry = saysArrived(run) ? arrived : stayed;
  for (let tries = 1; ; tries += 1) {
    const hosts = await queryHosts(platform, inventory, expectation, inquiry);
    const where = whereaboutsOf(reportedStates(hosts));
    const settled =
      where.kind === 'unknown' ? Date.now() > end || !isAskedAgain(where) : isPlain(run, where, hosts);
    // If libvirt reported an error but the VM arrived, its record and autostart there are still to be corrected.
    const toSetRight = isThere(where) && !inquiry.arrived;
    if ((settled || (where.kind !== 'unknown' && tries >= settleTries)) && !toSetRight) return hosts;
    if (isThere(where)) inquiry = arrived;
    if (!(await pause(askAgainMilliseconds, signal))) return undefined;
  }
}

/** True if no host seems to be busy with the VM any more. */
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

/** If the VM did not leave, the record is outdated. If a host did not answer, the next page needs it. */
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

/** Stores forecast and actual figures. Resolves to the reason if that failed. */
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
