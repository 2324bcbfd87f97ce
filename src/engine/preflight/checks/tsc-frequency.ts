// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** KVM treats two rates as equal up to this difference, in parts per million (tsc_tolerance_ppm). */
const tolerancePpm = 250;

function megahertz(hertz: number): number {
  return Number((hertz / 1e6).toFixed(1));
}

/** An invariant TSC without a frequency in the definition. */
function withoutRate(uuid: string): Judgement {
  return {
    verdict: 'block',
    found: msg(
      'The VM has invtsc, but the definition does not say at which rate. QEMU refuses to migrate this.',
    ),
    remedies: [
      {
        text: msg('Add the rate of this host to the definition, then shut the VM off and start it again.'),
        command: shellCommand('virsh', 'edit', uuid),
        host: 'source',
      },
      {
        text: msg('Show the rate of this host.'),
        command: 'virsh capabilities --xpath "//counter[@name=\'tsc\']"',
        host: 'source',
      },
    ],
  };
}

/** Does the guest rely on an invariant TSC, and does the destination's TSC have the same frequency? */
export const tscFrequencyCheck = defineCheck({
  id: 'tsc-frequency',
  title: msg('Time stamp counter'),
  group: 'cpu-memory',
  why: msg(
    'A guest with a counter of constant rate (invtsc) measures time with it. At another rate the clock of the guest runs wrong.',
  ),
  needs: { domain: domainFact },
  wants: { destination: destinationHostFact },
  judge: ({ domain, destination }): Judgement => {
    const { invariant, frequencyHz } = domain.config.resources.tsc;
    if (!invariant && frequencyHz === undefined)
      return {
        verdict: 'not-applicable',
        found: msg('The VM has no counter of constant rate (invtsc).'),
      };
    if (frequencyHz === undefined) return withoutRate(domain.config.uuid);
    const { tsc } = required(destination);
    if (tsc === undefined)
      throw new FactUnavailable({
        why: msg('Not checked: the destination does not say the rate of its counter.'),
      });
    const difference = Math.abs(tsc.frequencyHz - frequencyHz) / frequencyHz;
    const details = [
      msg('Destination: $0 MHz. Guest: $1 MHz.', megahertz(tsc.frequencyHz), megahertz(frequencyHz)),
    ];
    if (difference * 1e6 <= tolerancePpm)
      return {
        verdict: 'pass',
        found: msg('The counter of the destination runs at the rate of the guest.'),
        details,
      };
    if (tsc.scaling)
      return {
        verdict: 'pass',
        found: msg(
          'The counter of the destination runs at another rate, but its CPU scales the counter for the guest.',
        ),
        details,
      };
    return {
      verdict: 'block',
      found: msg(
        'The counter of the destination runs at $0 MHz; the guest expects $1 MHz. The CPU there cannot scale the counter.',
        megahertz(tsc.frequencyHz),
        megahertz(frequencyHz),
      ),
      details,
      remedies: [{ text: msg('Choose a destination with the same kind of CPU.') }],
    };
  },
});
