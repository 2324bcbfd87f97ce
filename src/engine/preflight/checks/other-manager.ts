// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/**
 * How the namespaces begin under which managers keep their `<metadata>`: oVirt's vdsm
 * (http://ovirt.org/vm/tune/1.0 and others), OpenStack Nova (http://openstack.org/xmlns/libvirt/nova/1.1), KubeVirt
 * (http://kubevirt.io).
 */
const managers: readonly (readonly [string, string])[] = [
  ['http://ovirt.org/', 'oVirt'],
  ['http://openstack.org/', 'OpenStack'],
  ['http://kubevirt.io', 'KubeVirt'],
];

/** Does another program manage this VM? It would not know about the migration. */
export const otherManagerCheck = defineCheck({
  id: 'other-manager',
  title: msg('Management software'),
  group: 'host',
  why: msg(
    'Software that manages this VM remembers on which host the VM runs. If you migrate without that software, the software may start the VM twice, which destroys the disks.',
  ),
  needs: { domain: domainFact },
  judge: ({ domain }): Judgement => {
    const found = managers.find(([beginning]) =>
      domain.config.metadataNamespaces.some((namespace) => namespace.startsWith(beginning)),
    );
    if (found === undefined)
      return {
        verdict: 'pass',
        found: msg('The definition has no mark of oVirt, OpenStack or KubeVirt.'),
      };
    const [, manager] = found;
    return {
      verdict: 'block',
      found: msg('$0 manages this VM.', manager),
      remedies: [{ text: msg('Migrate the VM with $0.', manager) }],
      override: {
        risk: msg('$0 may start this VM a second time, which destroys its disks.', manager),
      },
    };
  },
});
