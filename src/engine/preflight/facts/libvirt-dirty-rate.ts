// SPDX-License-Identifier: LGPL-2.1-or-later
import { virshSession } from '../../../libvirt/virsh.ts';
import { msg } from '../../base/index.ts';
import { type DirtyPoint, qemuBytesPerSample } from '../../forecast/index.ts';
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { delay } from './delay.ts';
import { samplingWindows } from './dirty-windows.ts';
import { domainFact } from './domain.ts';
import { parseStats, statOf } from './domain-stats.ts';
import { isMigrating, runState } from './run-state.ts';

/** How fast a VM writes to its memory, as libvirt measured it. */
export interface LibvirtDirtyRate {
  /** Dirty memory after each window; empty if not measured. */
  readonly points: readonly DirtyPoint[];
  /** False if it was not measured because a paused VM writes nothing. */
  readonly measured: boolean;
  /** Longer windows are still being measured. */
  readonly more?: true;
}

const mebibyte = 1024 * 1024;

interface Measurement {
  readonly status: string | undefined;
  readonly start: string | undefined;
  readonly period: number | undefined;
  readonly mebibytesPerSecond: number | undefined;
}

/** Runs one virsh command for the VM. Resolves to its output, or throws an unavailable fact with libvirt's error. */
async function ask(context: FactContext, argv: readonly string[]): Promise<string> {
  const { platform, connection, choices, signal } = context;
  const answers = await virshSession(platform, connection.uri, [{ id: 'it', argv }], {
    signal,
    ...(choices.vm.connection === 'system' ? { superuser: 'try' as const } : {}),
  });
  const answer = answers.get('it');
  if (answer?.ok === true) return answer.text;
  throw new FactUnavailable({
    why: msg('This host could not measure how fast the VM writes to its memory.'),
    ...(answer === undefined ? {} : { original: answer.error }),
  });
}

async function measurement(context: FactContext): Promise<Measurement> {
  const text = await ask(context, ['domstats', '--dirtyrate', context.choices.vm.uuid]);
  const values = parseStats(text)[0]?.values;
  return {
    status: values?.get('dirtyrate.calc_status'),
    start: values?.get('dirtyrate.calc_start_time'),
    period: statOf(values, 'dirtyrate.calc_period'),
    mebibytesPerSecond: statOf(values, 'dirtyrate.megabytes_per_second'),
  };
}

/** Waits for the end of a measurement (status 2: measured). */
async function finished(context: FactContext, seconds: number): Promise<Measurement> {
  await delay(seconds * 1000, context.signal);
  for (;;) {
    const now = await measurement(context);
    if (now.status === '2') return now;
    // The other states are "not started" and "measuring".
    if (now.status !== '0' && now.status !== '1') return { ...now, mebibytesPerSecond: undefined };
    await delay(250, context.signal);
  }
}

/** The result of one window. Waits for another program's measurement, and uses it if its window is as long. */
async function window(context: FactContext, seconds: number): Promise<DirtyPoint> {
  const before = await measurement(context);
  if (before.status === '1') {
    const other = await finished(context, 0);
    if (other.period === seconds) return point(other, seconds);
  }
  await ask(context, ['domdirtyrate-calc', context.choices.vm.uuid, '--seconds', String(seconds)]);
  return point(await finished(context, seconds), seconds);
}

function point({ mebibytesPerSecond }: Measurement, seconds: number): DirtyPoint {
  if (mebibytesPerSecond === undefined) {
    throw new FactUnavailable({ why: msg('This host gave no figure for the dirty rate.') });
  }
  return { seconds, bytes: mebibytesPerSecond * mebibyte * seconds, bytesPerSample: qemuBytesPerSample };
}

/**
 * The dirty rate, by QEMU's page sampling. The other modes are never used: dirty-bitmap crashed guests without KVM (seen with QEMU
 * 7.2). Waits for another program's measurement.
 */
export const libvirtDirtyRateFact = defineFact<LibvirtDirtyRate, { domain: typeof domainFact }>({
  name: 'libvirt-dirty-rate',
  choices: ['vm', 'dirtyRateSeconds'],
  needs: { domain: domainFact },
  slow: true,
  // Another program's measurement may come first and last 60 s.
  timeLimitMilliseconds: (choices) =>
    (samplingWindows(choices).reduce((sum, each) => sum + each + 2, 0) + 73) * 1000,
  gather: async ({ domain }, context, _wanted, soFar) => {
    const state = runState(domain);
    if (state === 'paused') return { points: [], measured: false };
    if (state !== 'running') {
      throw new FactUnavailable({ why: msg('The VM does not run, so its dirty rate cannot be measured.') });
    }
    if (isMigrating(domain)) {
      throw new FactUnavailable({
        why: msg('The VM is being migrated. Measuring would disturb the migration.'),
      });
    }
    const points: DirtyPoint[] = [];
    // One after the other: libvirt measures one at a time.
    for (const seconds of samplingWindows(context.choices)) {
      if (points.length > 0) soFar({ points: [...points], measured: true, more: true });
      points.push(await window(context, seconds));
    }
    return { points, measured: true };
  },
});
