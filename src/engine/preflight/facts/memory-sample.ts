// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import type { DirtyPoint } from '../../forecast/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { samplingWindows } from './dirty-windows.ts';
import { domainFact } from './domain.ts';
import memorySampleProgram from './memory-sample.py?raw';
import runPython from './run-python.sh?raw';
import { isMigrating, runState } from './run-state.ts';
import { asLibvirtd } from './ssh-route.ts';

/** An estimate for all of a VM's memory, from a sample of its pages. */
export interface MemorySample {
  /** Memory that is not zero, in bytes. Pages of zeros cost almost nothing. */
  readonly nonZeroBytes: number;
  /** The dirty memory after each window; empty for a paused VM. */
  readonly points: readonly DirtyPoint[];
}

/**
 * The number of sampled pages. QEMU samples 512 of each GiB and reports whole MiB/s, which is too coarse for a small VM: for 384
 * MiB that write 5 MiB/s, it reported 0 in one second out of four (seen with QEMU 7.2).
 */
const pages = 8192;

/** In seconds. The last pass is short, so what is written in a fraction of a second matters. */
const shortWindows: readonly number[] = [0.25, 0.5];

/** The windows of the sample: each is twice as long as the one before, up to libvirt's longest. */
export function sampleWindows(longest: number): readonly number[] {
  const windows = [...shortWindows];
  for (let window = 1; window < longest; window *= 2) windows.push(window);
  return [...windows, longest];
}

/** The last complete report. Each report ends with an empty line. */
function lastReport(text: string): string {
  return text.split('\n\n').at(-2) ?? '';
}

/** Parses the last complete report of the script; undefined if there is none. */
export function parseMemorySample(text: string, memoryBytes: number): MemorySample | undefined {
  const [head = '', ...rest] = lastReport(text).split('\n');
  const [, looked, found] = /^pages (\d{1,9}) (\d{1,9})$/.exec(head) ?? [];
  if (looked === undefined || found === undefined || Number(looked) === 0 || Number(found) > Number(looked)) {
    return undefined;
  }
  const bytesPerPage = memoryBytes / Number(looked);
  const points: DirtyPoint[] = [];
  for (const line of rest) {
    const [, seconds, changed] = /^window (\d{1,4}\.\d{6}) (\d{1,9}\.\d{6})$/.exec(line) ?? [];
    if (seconds === undefined || changed === undefined || Number(changed) > Number(looked)) return undefined;
    points.push({
      seconds: Number(seconds),
      bytes: Number(changed) * bytesPerPage,
      bytesPerSample: bytesPerPage,
    });
  }
  return { nonZeroBytes: Number(found) * bytesPerPage, points };
}

/** How much of the VM's memory is not zero, and how fast it changes, from a sample of pages. */
export const memorySampleFact = defineFact<MemorySample, { domain: typeof domainFact }>({
  name: 'memory-sample',
  choices: ['vm', 'dirtyRateSeconds'],
  needs: { domain: domainFact },
  slow: true,
  timeLimitMilliseconds: (choices) => (Math.max(...samplingWindows(choices)) + 15) * 1000,
  gather: async ({ domain }, context, _wanted, soFar) => {
    if (isMigrating(domain)) {
      throw new FactUnavailable({
        why: msg('The VM is being migrated. Measuring would disturb the migration.'),
      });
    }
    const windows =
      runState(domain) === 'running' ? sampleWindows(Math.max(...samplingWindows(context.choices))) : [];
    const { memoryBytes } = domain.config;
    let said = '';
    const heard = (text: string): void => {
      said += text;
      const sample = parseMemorySample(said, memoryBytes);
      if (sample !== undefined) soFar(sample);
    };
    const { stdout, stderr } = await context.platform.run(
      [
        ...[
          'sh',
          '-c',
          runPython,
          'sh',
          memorySampleProgram,
          context.choices.vm.uuid,
          String(memoryBytes),
          String(pages),
        ],
        ...windows.map(String),
      ],
      { signal: context.signal, onOutput: heard, ...asLibvirtd(context) },
    );
    const sample = parseMemorySample(stdout, memoryBytes);
    if (sample === undefined) {
      throw new FactUnavailable({
        why: msg('The memory of the VM could not be sampled.'),
        original: stderr.trim(),
      });
    }
    return sample;
  },
});
