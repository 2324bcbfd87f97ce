// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';

/** Seconds that nobody minds; more than a host with NTP is ever off. */
const tolerated = 1;

/** A connection that took so many seconds does not tell how the clocks stand. */
const tooLong = 10;

const byHand: Remedy = {
  text: msg('Compare it by hand, and let both hosts get their time from the same servers.'),
  command: 'timedatectl',
  host: 'destination',
};

/** Do both hosts have the same time? */
export const clockSkewCheck = defineCheck({
  id: 'clock-skew',
  title: msg('Clocks'),
  group: 'host',
  why: msg(
    'The guest reads the time of its host. Where the clocks differ, its time jumps: logins, certificates, databases and clusters mind that.',
  ),
  needs: {},
  wants: { shell: destinationShellFact },
  judge: ({ shell }): Judgement => {
    const { clockAhead } = required(shell, [byHand]);
    if (clockAhead === undefined || clockAhead.most - clockAhead.least > tooLong)
      throw new FactUnavailable({ why: msg('The clocks could not be compared.'), remedies: [byHand] });
    const { least, most } = clockAhead;
    // True is what lies between, so the smaller of both is sure.
    const ahead = least > 0 ? least : most < 0 ? most : 0;
    if (Math.abs(ahead) <= tolerated)
      return {
        verdict: 'pass',
        found: msg('The clocks of both hosts agree, as far as one can see over the network.'),
      };
    const seconds = Number(Math.abs(ahead).toFixed(Math.abs(ahead) < 10 ? 1 : 0));
    return {
      verdict: 'warn',
      found:
        ahead > 0
          ? msg('The clock of the destination is ahead of that of this host, by at least $0 s.', seconds)
          : msg('The clock of the destination is behind that of this host, by at least $0 s.', seconds),
      remedies: [
        {
          text: msg('Let both hosts get their time from the same servers, and wait until they agree.'),
          command: 'timedatectl set-ntp true && timedatectl',
          host: 'destination',
        },
      ],
    };
  },
});
