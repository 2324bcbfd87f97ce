// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { otherManagerCheck } from '../../../../src/engine/preflight/checks/other-manager.ts';
import type { FactResult } from '../../../../src/engine/preflight/fact.ts';
import type { SourceDomain } from '../../../../src/engine/preflight/facts/domain.ts';
import type { HostReading, Managers } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import { domain, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

function managed(namespace: string): SourceDomain {
  const plain = domain();
  return { ...plain, config: { ...plain.config, metadataNamespaces: [namespace] } };
}

/** A VM of that name on a host with these managers. */
function seen(
  change: Partial<Managers>,
  name = 'web',
): { domain: SourceDomain; source: FactResult<HostReading> } {
  const plain = domain();
  return {
    domain: { ...plain, config: { ...plain.config, name } },
    source: there(reading({}, { managers: { processes: new Set(), paths: new Set(), ...change } })),
  };
}

const source = missing;
const pacemaker = new Set(['pacemakerd', 'corosync']);

testCheck(otherManagerCheck, [
  { name: 'nobody', facts: { domain: domain(), source }, verdict: 'pass' },
  {
    name: 'libosinfo, which manages nothing',
    facts: { domain: managed('http://libosinfo.org/xmlns/libvirt/domain/1.0'), source },
    verdict: 'pass',
  },
  {
    name: 'oVirt',
    facts: { domain: managed('http://ovirt.org/vm/1.0'), source },
    verdict: 'block',
    found: /oVirt/,
  },
  {
    name: 'OpenStack',
    facts: { domain: managed('http://openstack.org/xmlns/libvirt/nova/1.1'), source },
    verdict: 'block',
    found: /OpenStack/,
  },
  {
    name: 'OpenNebula',
    facts: { domain: managed('http://opennebula.org/xmlns/libvirt/1.0'), source },
    verdict: 'block',
    found: /OpenNebula/,
  },
  ...['i-2-3-VM', 'r-4-VM', 's-1-VM', 'v-2-VM', 'i-2-3-CLOUD'].map((name) => ({
    name: `CloudStack, which names it ${name}`,
    facts: seen({ paths: new Set(['/etc/cloudstack/agent/agent.properties']) }, name),
    verdict: 'block' as const,
    found: /CloudStack manages/,
  })),
  { name: 'a name as CloudStack has them, without its agent', facts: seen({}, 'i-2-3-VM'), verdict: 'pass' },
  {
    name: 'another name, with the agent of CloudStack',
    facts: seen({ paths: new Set(['/etc/cloudstack/agent/agent.properties']) }),
    verdict: 'pass',
  },
  {
    name: 'OpenNebula without its mark',
    facts: seen({ paths: new Set(['/var/tmp/one']) }, 'one-17'),
    verdict: 'block',
    found: /OpenNebula/,
  },
  {
    name: "Pacemaker, by libvirt's own definition",
    facts: seen({ processes: pacemaker, clustered: new Map([['/etc/libvirt/qemu/web.xml', false]]) }),
    verdict: 'block',
    found: /resource of Pacemaker/,
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'Pacemaker, by a definition of another name with the same UUID, while the cluster is off',
    facts: seen({ clustered: new Map([['/srv/vms/17.xml', true]]) }),
    verdict: 'block',
    found: /\/srv\/vms\/17\.xml/,
  },
  {
    name: 'Pacemaker, for other VMs',
    facts: seen({ processes: pacemaker, clustered: new Map([['/etc/libvirt/qemu/db.xml', false]]) }),
    verdict: 'pass',
  },
  {
    name: 'Pacemaker, whose resources could not be read',
    facts: seen({ processes: pacemaker }),
    verdict: 'warn',
    found: /could not be read/,
  },
]);
