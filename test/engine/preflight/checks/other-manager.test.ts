// SPDX-License-Identifier: LGPL-2.1-or-later
import { otherManagerCheck } from '../../../../src/engine/preflight/checks/other-manager.ts';
import type { SourceDomain } from '../../../../src/engine/preflight/facts/domain.ts';
import { domain } from '../../fixtures.ts';
import { testCheck } from '../../test-check.ts';

function managed(namespace: string): SourceDomain {
  const plain = domain();
  return { ...plain, config: { ...plain.config, metadataNamespaces: [namespace] } };
}

testCheck(otherManagerCheck, [
  { name: 'nobody', facts: { domain: domain() }, verdict: 'pass' },
  {
    name: 'libosinfo, which manages nothing',
    facts: { domain: managed('http://libosinfo.org/xmlns/libvirt/domain/1.0') },
    verdict: 'pass',
  },
  {
    name: 'oVirt',
    facts: { domain: managed('http://ovirt.org/vm/1.0') },
    verdict: 'block',
    found: /oVirt/,
  },
  {
    name: 'OpenStack',
    facts: { domain: managed('http://openstack.org/xmlns/libvirt/nova/1.1') },
    verdict: 'block',
    found: /OpenStack/,
  },
]);
