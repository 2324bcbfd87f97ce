// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';

/** In seconds. With NTP, hosts differ less. */
const tolerated = 1;

/** In seconds. If connecting took longer, comparing clocks is too imprecise. */
const tooLong = 10;

const showClock: Remedy = {
  text: msg('Show the time of the destination, and whether it is synchronized.'),
  command: 'timedatectl',
  host: 'destination',
};

/** Do both hosts have the same time? */
export const clockSkewCheck = defineCheck({
  id: 'clock-skew',
  title: msg('Clocks'),
  group: 'host',
  why: msg(
    'The guest takes its time from the host. If the clocks differ, the time in the guest jumps: sign-ins, certificates, databases and clusters may fail.',
  ),
  needs: {},
  wants: { shell: destinationShellFact },
  judge: ({ shell }): Judgement => {
    const { clockAhead } = required(shell, [showClock]);
    if (clockAhead === undefined || clockAhead.most - clockAhead.least > tooLong)
      throw new FactUnavailable({
        why: msg('Not checked: the clocks of the hosts could not be compared.'),
        remedies: [showClock],
      });
    const { least, most } = clockAhead;
    // The real difference is between both, so only the smaller one is certain.
    const ahead = least > 0 ? least : most < 0 ? most : 0;
    if (Math.abs(ahead) <= tolerated)
      return {
        verdict: 'pass',
        found: msg('The clocks of both hosts agree, within the precision of the network.'),
      };
    const seconds = Number(Math.abs(ahead).toFixed(Math.abs(ahead) < 10 ? 1 : 0));
    return {
      verdict: 'warn',
      found:
        ahead > 0
          ? msg('The clock of the destination is at least $0 s ahead of this host.', seconds)
          : msg('The clock of the destination is at least $0 s behind this host.', seconds),
      remedies: [
        {
          text: msg(
            'Turn on time synchronization on the destination, and use the same time servers on both hosts.',
          ),
          command: 'timedatectl set-ntp true && timedatectl',
          host: 'destination',
        },
      ],
    };
  },
});
