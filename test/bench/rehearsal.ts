// SPDX-License-Identifier: LGPL-2.1-or-later
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import { planFor } from '../../src/engine/plan/plan.ts';
import { rehearse } from '../../src/engine/rehearsal/rehearsal.ts';
import { LibvirtConnection } from '../../src/libvirt/connection.ts';
import type { LabHost } from '../lab/lab.ts';
import { milliseconds, quantile, table, target } from './figures.ts';
import { withIdleVm } from './idle-vm.ts';

const runs = 10;

interface Run {
  readonly outcome: string;
  /** Of libvirt's migration of the stand-in. */
  readonly journey: number;
  /** From the connections to both hosts until the stand-in is removed from them. */
  readonly all: number;
}

/** How long a rehearsal takes. */
export async function benchRehearsal(): Promise<unknown> {
  console.log(`
== Rehearsal: time until the stand-in has arrived and is removed
Method: two hosts of the lab; a running VM with a disk on GlusterFS; ${runs} rehearsals over qemu+ssh one after the other, each with
new connections to both hosts.`);
  return withIdleVm(measureAll);
}

async function measureAll(alpha: LabHost, choices: MigrationChoices): Promise<readonly Run[]> {
  const all: Run[] = [];
  for (let run = 0; run < runs; run += 1) {
    const platform = alpha.platform();
    const connection = new LibvirtConnection(platform, 'system');
    const start = performance.now();
    const { signal } = new AbortController();
    const { outcome } = await rehearse({ platform, connection, choices, plan: planFor(choices), signal });
    const journey = outcome.kind === 'arrived' ? outcome.milliseconds : Number.NaN;
    all.push({ outcome: outcome.kind, journey, all: performance.now() - start });
    connection.close();
  }
  const row = (what: string, times: readonly number[]): readonly string[] => [
    what,
    ...[0.5, 0.95, 1].map((share) => milliseconds(quantile(times, share))),
  ];
  const whole = all.map((each) => each.all);
  console.log(
    table(
      ['part', 'median', '95 %', 'most'],
      [
        row(
          'journey',
          all.map(({ journey }) => journey),
        ),
        row('whole rehearsal', whole),
      ],
    ),
  );
  console.log(`Ends: ${[...new Set(all.map(({ outcome }) => outcome))].join(', ')}`);
  console.log(target('a rehearsal over ssh, median', quantile(whole, 0.5), 1500));
  return all;
}
