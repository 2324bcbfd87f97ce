// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/** The chipset's watchdog. libvirt 9.1 and newer adds it to every q35 machine, so it does not mean that the guest uses one. */
const builtIn = 'itco';

/** Does anything in the definition react to a pause of the VM? */
export const downtimeSensitiveCheck = defineCheck({
  id: 'downtime-sensitive',
  title: msg('Clusters and watchdogs'),
  group: 'guest',
  why: msg(
    'At the end of the migration the VM stands still for a moment. A cluster may exclude or restart a member that does not answer; a watchdog may reset the guest.',
  ),
  needs: { domain: domainFact },
  judge: ({ domain }): Judgement => {
    const { disks, devices } = domain.config;
    const shared = disks
      .filter(({ shareable, readOnly }) => shareable && !readOnly)
      .map(({ target }) => target);
    const watchdogs = devices.watchdogs.filter((model) => model !== builtIn && model !== '');
    const reasons: readonly Message[] = [
      ...(shared.length === 0
        ? []
        : [
            msg('Other VMs may write to the same disks ($0), as members of a cluster do.', shared.join(', ')),
          ]),
      ...(devices.leases.length === 0
        ? []
        : [msg('The VM holds leases of a lock manager: $0.', devices.leases.join(', '))]),
      ...(watchdogs.length === 0 ? [] : [msg('The VM has a watchdog: $0.', watchdogs.join(', '))]),
    ];
    const [first, ...others] = reasons;
    if (first === undefined)
      return { verdict: 'pass', found: msg('The definition shows no cluster and no watchdog.') };
    return {
      verdict: 'warn',
      found: first,
      details: others,
      remedies: [
        {
          text: msg(
            'Put the VM into maintenance in its cluster, or set a timeout longer than the pause in the forecast.',
          ),
        },
      ],
    };
  },
});
