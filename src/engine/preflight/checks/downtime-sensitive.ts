// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/**
 * The chipset's own watchdog: libvirt 9.1 and newer gives it to every q35 machine, so that having it says nothing about
 * whether the guest uses it.
 */
const builtIn = 'itco';

/** Does something about the VM take offence at a pause? */
export const downtimeSensitiveCheck = defineCheck({
  id: 'downtime-sensitive',
  title: msg('Sensitive to pauses'),
  group: 'guest',
  why: msg(
    'At the end of the migration the VM stands still for a moment. A member of a cluster that is not heard from may be shut out or shot by the others.',
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
            msg(
              'Other VMs may write to its disks too ($0), as the members of a cluster do.',
              shared.join(', '),
            ),
          ]),
      ...(devices.leases.length === 0
        ? []
        : [msg('It holds leases of a lock manager: $0.', devices.leases.join(', '))]),
      ...(watchdogs.length === 0 ? [] : [msg('It has a watchdog: $0.', watchdogs.join(', '))]),
    ];
    const [first, ...others] = reasons;
    if (first === undefined)
      return { verdict: 'pass', found: msg('Nothing in its definition tells of a cluster or a watchdog.') };
    return {
      verdict: 'warn',
      found: first,
      details: others,
      remedies: [
        {
          text: msg(
            'See that the pause of the forecast is shorter than what its cluster or watchdog bears, or put the member into maintenance first.',
          ),
        },
      ],
    };
  },
});
