// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { Preflight } from '../../src/engine/preflight/preflight.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import type { LabHost } from '../lab/lab.ts';
import { milliseconds, quantile, table, target } from './figures.ts';
import { withIdleVm } from './idle-vm.ts';

const runs = 20;
/** What waits for a measurement is no static check. */
const measured = new Set(['dirty-rate', 'data-path']);

interface Run {
  /** From the start to the last static check's finding, in milliseconds. */
  readonly all: number;
  /** From the start to the moment from which Migrate can be pressed, in milliseconds. */
  readonly ready: number;
  /** From the start to each check's finding, in milliseconds. */
  readonly checks: Readonly<Record<string, number>>;
  readonly verdicts: Readonly<Record<string, string>>;
}

/** How long the checks take that only wait for answers. */
export async function benchPreflight(): Promise<unknown> {
  console.log(`
== Preflight: time until all static checks have their finding
Method: two hosts of the lab; a running VM with a disk on GlusterFS; ${runs} runs over qemu+ssh one after the other, each with a
new connection to D-Bus and new ones to the destination, timed from start() to each finding. The dirty rate and the data path,
which are measured, are no static checks; "ready" is the moment from which no measurement can change the verdict of this nearly idle VM.`);
  return withIdleVm(measureAll);
}

async function measureAll(alpha: LabHost, choices: MigrationChoices): Promise<readonly Run[]> {
  const all: Run[] = [];
  for (let run = 0; run < runs; run += 1) {
    const platform = alpha.platform();
    const connection = new LibvirtConnection(platform, 'system');
    const preflight = new Preflight({ platform, connection }, choices);
    const checks: Record<string, number> = {};
    const verdicts: Record<string, string> = {};
    const start = performance.now();
    const undo = preflight.state.subscribe(() => {
      for (const progress of preflight.state.get().checks) {
        if (progress.status !== 'done') continue;
        const { check, verdict } = progress.finding;
        checks[check] ??= performance.now() - start;
        verdicts[check] = verdict;
      }
    });
    await preflight.start();
    const ready = performance.now() - start;
    undo();
    preflight.stop();
    connection.close();
    const times = Object.entries(checks).flatMap(([id, time]) => (measured.has(id) ? [] : [time]));
    all.push({ all: Math.max(...times), ready, checks, verdicts });
  }
  const ids = Object.keys(all[0]?.checks ?? {});
  console.log(
    table(
      ['check', 'median', '95 %', 'most', 'verdicts'],
      [...ids, 'all static checks'].map((id) => {
        const times = all.map((run) =>
          id === 'all static checks' ? run.all : (run.checks[id] ?? Number.NaN),
        );
        const verdicts = new Set(all.flatMap((run) => run.verdicts[id] ?? []));
        return [
          id,
          milliseconds(quantile(times, 0.5)),
          milliseconds(quantile(times, 0.95)),
          milliseconds(quantile(times, 1)),
          [...verdicts].join(', '),
        ];
      }),
    ),
  );
  const whole = all.map((run) => run.all);
  console.log(target('all static checks over ssh, 95th percentile', quantile(whole, 0.95), 3000));
  console.log(target('all static checks over ssh, median', quantile(whole, 0.5), 1500));
  const ready = all.map((run) => run.ready);
  console.log(target('ready, a nearly idle VM, median', quantile(ready, 0.5), 5000));
  console.log(target('ready, a nearly idle VM, 95th percentile', quantile(ready, 0.95), 5000));
  return all;
}
