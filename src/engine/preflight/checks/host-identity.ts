// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { destinationHostFact, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';
import { setHostUuid } from '../judging/libvirt-daemon.ts';

/** Is the destination another host? */
export const hostIdentityCheck = defineCheck({
  id: 'host-identity',
  title: msg('Host identity'),
  group: 'host',
  why: msg(
    'A VM cannot be migrated to the host that it is on. Two hosts with the same UUID are one host for libvirt.',
  ),
  needs: { source: sourceHostFact, destination: destinationHostFact },
  judge: ({ source, destination }): Judgement => {
    if (source.uuid !== destination.uuid) {
      return {
        verdict: 'pass',
        found: msg(
          'The destination ($0) and this host ($1) are different hosts.',
          destination.hostname,
          source.hostname,
        ),
      };
    }
    if (source.hostname === destination.hostname) {
      return {
        verdict: 'block',
        found: msg('The destination is this host, $0.', source.hostname),
        details: [msg('Both have the UUID $0.', source.uuid)],
        remedies: [{ text: msg('Choose another destination.') }],
      };
    }
    return {
      verdict: 'block',
      found: msg(
        '$0 and $1 have the same host UUID, as cloned hosts often do.',
        source.hostname,
        destination.hostname,
      ),
      details: [msg('Both have the UUID $0.', source.uuid)],
      remedies: [
        {
          text: msg(
            'Give $0 a UUID of its own in libvirtd.conf (or virtqemud.conf), and restart libvirt there.',
            destination.hostname,
          ),
          command: setHostUuid,
          host: 'destination',
        },
      ],
    };
  },
});
