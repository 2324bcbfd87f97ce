// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { destinationHostFact, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** Is the destination really another host? */
export const hostIdentityCheck = defineCheck({
  id: 'host-identity',
  title: msg('Another host'),
  group: 'host',
  why: msg(
    'libvirt refuses to migrate a VM to the host that it is on, and tells hosts apart by their UUIDs.',
  ),
  needs: { source: sourceHostFact, destination: destinationHostFact },
  judge: ({ source, destination }): Judgement => {
    if (source.uuid !== destination.uuid) {
      return {
        verdict: 'pass',
        found: msg(
          'The destination is $0, another host than this one ($1).',
          destination.hostname,
          source.hostname,
        ),
      };
    }
    if (source.hostname === destination.hostname) {
      return {
        verdict: 'block',
        found: msg('The destination is this very host, $0.', source.hostname),
        details: [msg('Both have the UUID $0.', source.uuid)],
        remedies: [{ text: msg('Choose another host.') }],
      };
    }
    return {
      verdict: 'block',
      found: msg(
        '$0 and $1 have the same host UUID, so libvirt takes them for one host.',
        source.hostname,
        destination.hostname,
      ),
      details: [msg('Both have the UUID $0.', source.uuid)],
      remedies: [
        {
          text: msg(
            'Give the destination a UUID of its own in libvirtd.conf (or virtqemud.conf) and restart its libvirt. Cloned or cheap machines often share one.',
          ),
          command:
            'echo "host_uuid = \\"$(uuidgen)\\"" >> /etc/libvirt/libvirtd.conf && systemctl restart libvirtd',
          host: 'destination',
        },
      ],
    };
  },
});
