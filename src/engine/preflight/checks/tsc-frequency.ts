// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** Parts per million by which the kernel takes two rates for the same (KVM's tsc_tolerance_ppm). */
const tolerancePpm = 250;

function megahertz(hertz: number): number {
  return Number((hertz / 1e6).toFixed(1));
}

/** Was the guest promised a time stamp counter of a constant rate, and can the destination keep that? */
export const tscFrequencyCheck = defineCheck({
  id: 'tsc-frequency',
  title: msg('Time stamp counter'),
  group: 'cpu-memory',
  why: msg(
    'A guest that was promised a counter of a constant rate (invtsc) measures time by it. With another rate its clock goes wrong.',
  ),
  needs: { domain: domainFact },
  wants: { destination: destinationHostFact },
  judge: ({ domain, destination }): Judgement => {
    const { invariant, frequencyHz } = domain.config.resources.tsc;
    if (!invariant && frequencyHz === undefined)
      return {
        verdict: 'not-applicable',
        found: msg('The guest was promised no counter of a constant rate.'),
      };
    if (frequencyHz === undefined)
      return {
        verdict: 'block',
        found: msg('The guest has invtsc, but its definition does not say at which rate. QEMU refuses that.'),
        remedies: [
          {
            text: msg('Put the rate into the definition of the VM, shut it off and start it again.'),
            command: 'virsh capabilities --xpath "//counter[@name=\'tsc\']"',
            host: 'source',
          },
        ],
      };
    const { tsc } = required(destination);
    if (tsc === undefined)
      throw new FactUnavailable({ why: msg('The destination does not tell the rate of its counter.') });
    const difference = Math.abs(tsc.frequencyHz - frequencyHz) / frequencyHz;
    const details = [
      msg(
        'The destination: $0 MHz. The guest was promised $1 MHz.',
        megahertz(tsc.frequencyHz),
        megahertz(frequencyHz),
      ),
    ];
    if (difference * 1e6 <= tolerancePpm)
      return { verdict: 'pass', found: msg('The counter of the destination has the same rate.'), details };
    if (tsc.scaling)
      return {
        verdict: 'pass',
        found: msg(
          'The counter of the destination has another rate, but can be scaled to that of the guest.',
        ),
        details,
      };
    return {
      verdict: 'block',
      found: msg(
        'The counter of the destination has another rate ($0 MHz) than the guest was promised ($1 MHz), and cannot be scaled.',
        megahertz(tsc.frequencyHz),
        megahertz(frequencyHz),
      ),
      details,
      remedies: [{ text: msg('Choose a destination with the same kind of CPU.') }],
    };
  },
});
