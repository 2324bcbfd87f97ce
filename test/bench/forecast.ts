// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../src/engine/base/message.ts';
import type { DirtyPoint } from '../../src/engine/forecast/dirty-curve.ts';
import type { Forecast } from '../../src/engine/forecast/result.ts';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { planFor } from '../../src/engine/plan/plan.ts';
import { defineCheck } from '../../src/engine/preflight/check.ts';
import { type Bandwidth, bandwidthFact } from '../../src/engine/preflight/facts/bandwidth.ts';
import { dirtyRateFact } from '../../src/engine/preflight/facts/dirty-rate.ts';
import { memorySampleFact } from '../../src/engine/preflight/facts/memory-sample.ts';
import type { Judgement } from '../../src/engine/preflight/finding.ts';
import { Preflight } from '../../src/engine/preflight/preflight.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import { parseJobText } from '../../src/libvirt/job.ts';
import { Lab, type LabHost } from '../lab/lab.ts';
import { quantile, table } from './figures.ts';

/**
 * One type of VM: MiB of memory, MB of working set, MB/s that it writes, MiB on a copied disk. It is measured with each link, in
 * Mbit/s.
 */
interface Load {
  readonly memory: number;
  readonly disk?: number;
  readonly workingSet: number;
  readonly rate: number;
  readonly links: readonly number[];
}

const loads: readonly Load[] = [
  { memory: 256, workingSet: 0, rate: 0, links: [50, 100, 200, 1000] },
  { memory: 256, workingSet: 8, rate: 10, links: [50, 400, 1000] },
  { memory: 384, workingSet: 64, rate: 5, links: [100, 400, 1000] },
  { memory: 384, workingSet: 96, rate: 20, links: [100, 400, 1000] },
  { memory: 512, workingSet: 16, rate: 40, links: [100, 1000] },
  { memory: 512, workingSet: 128, rate: 40, links: [200, 500, 1000] },
  { memory: 768, workingSet: 256, rate: 10, links: [200, 400, 1000] },
  { memory: 1024, workingSet: 0, rate: 0, links: [100, 1000] },
  { memory: 1024, workingSet: 256, rate: 30, links: [200, 500, 1000] },
  { memory: 256, workingSet: 0, rate: 0, disk: 120, links: [100, 400] },
  { memory: 384, workingSet: 64, rate: 5, disk: 120, links: [200] },
];

/**
 * A migration that has not finished in three times its forecast (or 20 s and three first passes) counts as one that does not
 * converge.
 */
const patience = { times: 3, seconds: 20 } as const;

/** The input of the forecast. */
interface Seen {
  readonly points: readonly DirtyPoint[];
  readonly bandwidth: Bandwidth;
  readonly nonZeroBytes: number;
}

/** The first forecast that was shown, before the measurement was over. */
interface FirstForecast {
  readonly forecast: Forecast;
  /** From the start of the preflight, in milliseconds. */
  readonly after: number;
}

interface Cell {
  readonly seen: Seen;
  readonly first: FirstForecast | undefined;
  readonly load: Omit<Load, 'links'>;
  readonly link: number;
  readonly forecast: Forecast;
  readonly actual:
    | {
        readonly converges: true;
        readonly totalMilliseconds: number;
        readonly downtimeMilliseconds: number;
        readonly sentBytes: number;
        readonly passes: number;
        /** libvirt's overhead, computed with QEMU's mean throughput. */
        readonly aroundMilliseconds?: number;
      }
    | { readonly converges: false };
}

/** Forecasts against real migrations. */
export async function benchForecast(): Promise<unknown> {
  console.log(`
== Forecast: predicted and actual time of real migrations
Method: two hosts of the lab (QEMU emulates); a VM whose guest writes MB/s over a working set, round and round; the
destination's link shaped by tc; the product's own preflight with its defaults (windows of 1, 2, 4, 8 s; bandwidth measured over
the way of the data); then libvirt's own migration (\`virsh migrate\`, as the plan has it) to the other host, and back for the next cell. Actual: what libvirt's
completed job says. It does not end if it has not in three times the forecast and 20 s more.`);
  // A slice of the loads, to use a shared machine for less time: CKM_BENCH_LOADS=0-3.
  const [first = 0, last = loads.length - 1] = (process.env['CKM_BENCH_LOADS'] ?? '')
    .split('-')
    .filter(Boolean)
    .map(Number);
  const lab = await Lab.start({ shared: false });
  const cells: Cell[] = [];
  try {
    const hosts = [lab.host('alpha'), lab.host('beta')] as const;
    for (const [index, load] of loads.entries()) {
      if (index < first || index > last) continue;
      await measureLoad(index, load, hosts, (cell) => {
        cells.push(cell);
        console.log(line(cell).join('  '));
      });
    }
  } finally {
    await lab.down();
  }
  summary(cells);
  return cells;
}

async function measureLoad(
  index: number,
  load: Load,
  [alpha, beta]: readonly [LabHost, LabHost],
  found: (cell: Cell) => void,
): Promise<void> {
  const { links, ...figures } = load;
  const guest = await alpha.guest(`load${index}`, {
    memory: load.memory,
    ...(load.disk === undefined ? { disk: 'none' } : { disk: 'local', diskMb: load.disk + 40 }),
    ...(load.rate > 0 ? { dirtyMb: load.workingSet, dirtyRate: load.rate } : {}),
  });
  await (load.rate > 0 ? guest.dirtying() : guest.booted());
  if (load.disk !== undefined) {
    // After the part of the disk that the guest checks.
    const image = `/var/lib/libvirt/images/${guest.uuid}.img`;
    const fill = 'head -c "$1"M /dev/urandom | dd of="$2" bs=1M seek=30 conv=notrunc status=none';
    await alpha.exec(['sh', '-c', fill, 'sh', String(load.disk), image]);
  }
  let [from, to] = [alpha, beta];
  for (const link of links) {
    await to.shape(`${link}mbit`);
    const choices: MigrationChoices = {
      vm: { connection: 'system', name: guest.name, uuid: guest.uuid },
      destination: `qemu+ssh://${to.name}/system`,
      temporary: false,
      confirmedUriParameters: [],
      ...(load.disk === undefined ? {} : { copyDisks: ['vda'] }),
    };
    const { forecast, seen, first } = await predict(choices, from);
    const actual = await migrate(choices, from, to, forecast);
    await to.shape(undefined);
    found({ load: figures, link, forecast, actual, seen, first });
    if (actual.converges) [from, to] = [to, from];
  }
  await from.exec(['virsh', 'destroy', guest.uuid], { check: false });
}

async function predict(
  choices: MigrationChoices,
  from: LabHost,
): Promise<Pick<Cell, 'seen' | 'first'> & { readonly forecast: Forecast }> {
  const platform = from.platform();
  const connection = new LibvirtConnection(platform, 'system');
  let seen: Seen | undefined;
  // A check that stores the measurements, so that the model can be run again with them.
  const keep = defineCheck({
    id: 'keep',
    title: msg('What was measured'),
    group: 'cpu-memory',
    why: msg('What was measured'),
    needs: { dirtyRate: dirtyRateFact, bandwidth: bandwidthFact, memory: memorySampleFact },
    judge: ({ dirtyRate, bandwidth, memory }): Judgement => {
      seen = { points: dirtyRate.points, bandwidth, nonZeroBytes: memory.nonZeroBytes };
      return { verdict: 'pass', found: msg('What was measured') };
    },
  });
  // A check that nothing settles: the measurement goes on to its end.
  const preflight = new Preflight({ platform, connection }, choices, { checks: [keep] });
  let first: FirstForecast | undefined;
  const begin = performance.now();
  preflight.state.subscribe(() => {
    const { forecast: shown } = preflight.state.get();
    if (shown !== undefined && seen === undefined)
      first ??= { forecast: shown, after: performance.now() - begin };
  });
  await preflight.start();
  connection.close();
  const { forecast } = preflight.state.get();
  if (forecast === undefined || forecast.kind === 'unknown' || seen === undefined)
    throw new Error(JSON.stringify(preflight.state.get()));
  return { forecast, seen, first };
}

async function migrate(
  choices: MigrationChoices,
  from: LabHost,
  to: LabHost,
  forecast: Forecast,
): Promise<Cell['actual']> {
  const expected =
    forecast.kind === 'converges'
      ? forecast.totalMilliseconds.likely / 1000
      : forecast.kind === 'unknown'
        ? 0
        : (forecast.course[0]?.remainingBytes ?? 0) / forecast.bandwidthBytesPerSecond;
  const limit = Math.ceil(patience.seconds + patience.times * expected);
  const { name, uuid } = choices.vm;
  // By libvirt itself: virsh does not end on a signal while the job runs.
  const timer = setTimeout(() => {
    void from.exec(['virsh', 'domjobabort', uuid], { check: false });
  }, limit * 1000);
  const { exitCode, stderr } = await from.exec(planFor(choices).virsh, { check: false }).finally(() => {
    clearTimeout(timer);
  });
  if (exitCode !== 0) {
    const state = await from.exec(['virsh', 'domstate', uuid], { check: false });
    if (!state.stdout.startsWith('running')) throw new Error(`${name}: ${exitCode}: ${stderr}`);
    return { converges: false };
  }
  const job = parseJobText(await to.virsh('domjobinfo', '--completed', uuid));
  if (job === undefined) throw new Error(`${name}: no completed job`);
  return {
    converges: true,
    totalMilliseconds: job.elapsedMilliseconds,
    downtimeMilliseconds: job.downtimeMilliseconds ?? 0,
    sentBytes: job.dataProcessed,
    passes: job.iteration,
    // With disks, libvirt reports at the end only the memory, and no time for the disks.
    ...(choices.copyDisks === undefined
      ? { aroundMilliseconds: job.elapsedMilliseconds - (job.dataProcessed / job.throughput) * 1000 }
      : {}),
  };
}

const head = [
  'memory',
  'disk',
  'set',
  'writes',
  'link',
  'measured',
  'dirty 1 s',
  'break-even',
  'forecast s',
  'range s',
  'actual s',
  'error',
  'pause',
  'was',
  'MiB',
  'was',
  'around',
  'was',
];

const mebibytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1);
const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);

function errorOf({ forecast, actual }: Cell): number | undefined {
  if (forecast.kind !== 'converges' || !actual.converges) return undefined;
  return forecast.totalMilliseconds.likely / actual.totalMilliseconds - 1;
}

function line(cell: Cell): readonly string[] {
  const { load, link, forecast, actual } = cell;
  if (forecast.kind === 'unknown') return ['unknown'];
  const error = errorOf(cell);
  const ends = forecast.kind === 'converges' ? forecast : undefined;
  return [
    `${load.memory} MiB`,
    load.disk === undefined ? '' : `${load.disk} MiB`,
    `${load.workingSet}`,
    `${load.rate}/s`,
    `${link} Mbit`,
    mebibytes(forecast.bandwidthBytesPerSecond),
    mebibytes(forecast.dirtyBytesPerSecond),
    mebibytes(forecast.breakEvenBytesPerSecond),
    ends === undefined ? 'never' : seconds(ends.totalMilliseconds.likely),
    ends === undefined
      ? ''
      : `${seconds(ends.totalMilliseconds.low)}-${seconds(ends.totalMilliseconds.high)}`,
    actual.converges ? seconds(actual.totalMilliseconds) : 'never',
    error === undefined ? '' : `${(error * 100).toFixed(0)} %`,
    ends === undefined ? '' : `${ends.downtimeMilliseconds}`,
    actual.converges ? `${actual.downtimeMilliseconds}` : '',
    ends === undefined ? '' : mebibytes(ends.sentBytes),
    actual.converges ? mebibytes(actual.sentBytes) : '',
    `${forecast.course[0]?.milliseconds ?? ''}`,
    actual.converges ? (actual.aroundMilliseconds?.toFixed(0) ?? '') : '',
  ];
}

function summary(cells: readonly Cell[]): void {
  console.log(`\n${table(head, cells.map(line))}`);
  const wrong = cells.filter(({ forecast, actual }) => (forecast.kind === 'converges') !== actual.converges);
  const close = ({ forecast }: Cell): boolean =>
    forecast.kind !== 'unknown' &&
    Math.abs(forecast.breakEvenBytesPerSecond / forecast.bandwidthBytesPerSecond - 1) <= 0.1;
  const errors = cells.flatMap((cell) => {
    const error = errorOf(cell);
    return error === undefined ? [] : [Math.abs(error)];
  });
  const verdict = (what: string, value: number, limit: number): string =>
    `${value <= limit ? 'met' : 'MISSED'}: ${what}: ${(value * 100).toFixed(1)} % (at most ${limit * 100} %)`;
  const clear = wrong.filter((cell) => !close(cell)).length;
  console.log(
    `${clear === 0 ? 'met' : 'MISSED'}: whether it ends, wrong in ${clear} of ${cells.length} cells (and ${wrong.length - clear} within 10 % of break-even)`,
  );
  console.log(verdict('error of the total time, median', quantile(errors, 0.5), 0.1));
  console.log(verdict('error of the total time, worst', quantile(errors, 1), 0.25));
  firstForecasts(cells);
}

/** What was said first, against what came. */
function firstForecasts(cells: readonly Cell[]): void {
  const early = cells.flatMap(({ first, actual }) => (first === undefined ? [] : [{ ...first, actual }]));
  const ends = early.flatMap(({ forecast, actual }) =>
    forecast.kind === 'converges' && actual.converges ? [{ said: forecast.totalMilliseconds, actual }] : [],
  );
  const wrong = early.filter(
    ({ forecast, actual }) => (forecast.kind === 'converges') !== actual.converges,
  ).length;
  const within = ends.filter(
    ({ said, actual }) => actual.totalMilliseconds >= said.low && actual.totalMilliseconds <= said.high,
  ).length;
  const errors = ends.map(({ said, actual }) => Math.abs(said.likely / actual.totalMilliseconds - 1));
  const after = early.map((each) => each.after);
  console.log(
    `First forecast, before the measurement was over: in ${early.length} of ${cells.length} cells, median after ${seconds(quantile(after, 0.5))} s; whether it ends, wrong in ${wrong}; the actual time within its range in ${within} of ${ends.length}; median error ${(quantile(errors, 0.5) * 100).toFixed(1)} %`,
  );
}
