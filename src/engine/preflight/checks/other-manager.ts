// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact } from '../facts/domain.ts';
import type { Judgement } from '../finding.ts';

/**
 * Beginnings of the namespaces under which managers keep what they know in `<metadata>`: oVirt's vdsm
 * (http://ovirt.org/vm/tune/1.0 and others), OpenStack Nova (http://openstack.org/xmlns/libvirt/nova/1.1), KubeVirt
 * (http://kubevirt.io).
 */
const managers: readonly (readonly [string, string])[] = [
  ['http://ovirt.org/', 'oVirt'],
  ['http://openstack.org/', 'OpenStack'],
  ['http://kubevirt.io', 'KubeVirt'],
];

/** Does another program manage this VM, which would not know where it went? */
export const otherManagerCheck = defineCheck({
  id: 'other-manager',
  title: msg('Other managers'),
  group: 'host',
  why: msg(
    'A program that manages this VM keeps its own record of the host. Moved behind its back, the VM may be started there a second time, which destroys its disk.',
  ),
  needs: { domain: domainFact },
  judge: ({ domain }): Judgement => {
    const found = managers.find(([beginning]) =>
      domain.config.metadataNamespaces.some((namespace) => namespace.startsWith(beginning)),
    );
    if (found === undefined)
      return {
        verdict: 'pass',
        found: msg('Its definition carries no mark of oVirt, OpenStack or KubeVirt.'),
      };
    const [, manager] = found;
    return {
      verdict: 'block',
      found: msg('$0 manages this VM.', manager),
      remedies: [{ text: msg('Migrate it with $0.', manager) }],
      override: {
        risk: msg('$0 may start this VM a second time, which destroys its disk.', manager),
      },
    };
  },
});
