// SPDX-License-Identifier: LGPL-2.1-or-later

import { basename, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';

/**
 * Prefixes of the namespaces of managers' `<metadata>`: oVirt's vdsm (http://ovirt.org/vm/tune/1.0 and others), OpenStack Nova
 * (http://openstack.org/xmlns/libvirt/nova/1.1), KubeVirt and Harvester, which is built on it (http://kubevirt.io), OpenNebula
 * (http://opennebula.org/xmlns/libvirt/1.0, its KVM driver).
 */
const namespaces: readonly (readonly [string, string])[] = [
  ['http://ovirt.org/', 'oVirt'],
  ['http://openstack.org/', 'OpenStack'],
  ['http://kubevirt.io', 'KubeVirt'],
  ['http://harvesterhci.io', 'Harvester'],
  ['http://opennebula.org/', 'OpenNebula'],
  ['http://cloudstack.apache.org', 'CloudStack'],
];

/** The names of VMs of a manager without metadata, and a file of its agent on a host. */
const named: readonly {
  readonly manager: string;
  readonly name: RegExp;
  readonly paths: readonly string[];
}[] = [
  // VMs of users (i), routers (r), the proxy of consoles (v) and that of storage (s): VirtualMachineName.java.
  {
    manager: 'CloudStack',
    name: /^(i-\d+-\d+|[rsv]-\d+)-[\w-]+$/,
    paths: ['/etc/cloudstack/agent/agent.properties'],
  },
  { manager: 'OpenNebula', name: /^one-\d+$/, paths: ['/var/lib/one', '/var/tmp/one'] },
  { manager: 'OpenStack', name: /^instance-[0-9a-f]{8}$/, paths: ['/etc/nova'] },
];

/** A manager of the VM, or none. */
function managerOf({ config }: SourceDomain, paths: ReadonlySet<string>): string | undefined {
  const marked = namespaces.find(([beginning]) =>
    config.metadataNamespaces.some((namespace) => namespace.startsWith(beginning)),
  );
  return (
    marked?.[1] ??
    named.find((one) => one.name.test(config.name) && one.paths.some((path) => paths.has(path)))?.manager
  );
}

function managedBy(manager: string): Judgement {
  return {
    verdict: 'block',
    found: msg('$0 manages this VM.', manager),
    remedies: [{ text: msg('Migrate the VM with $0.', manager) }],
    override: { risk: msg('$0 may start this VM a second time, which destroys its disks.', manager) },
  };
}

/** libvirt's definition, a copy of it with the VM's name, or a file that contains its UUID. */
function clusteredBy({ config }: SourceDomain, clustered: ReadonlyMap<string, boolean>): string | undefined {
  return [...clustered].find(([path, own]) => own || basename(path) === `${config.name}.xml`)?.[0];
}

const showResources: Remedy = {
  text: msg('Show the resources of the cluster.'),
  command: 'crm_mon -1 -r',
  host: 'source',
};

function clustered(path: string): Judgement {
  return {
    verdict: 'block',
    found: msg('This VM is a resource of Pacemaker, which starts it from $0.', path),
    remedies: [
      {
        text: msg(
          'Migrate the VM with Pacemaker: move its resource, with allow-migrate set. The command shows the name of the resource.',
        ),
        command: `cibadmin --query --xpath ${shellCommand(`//primitive[.//nvpair[@value="${path}"]]`)}`,
        host: 'source',
      },
      showResources,
    ],
    override: {
      risk: msg(
        'Pacemaker sees that the VM is gone from this host, and starts it here again. Two VMs that write to one disk destroy its content.',
      ),
    },
  };
}

/** What is known about managers on this host. */
function judgeCluster(
  domain: SourceDomain,
  { processes, clustered: known }: NonNullable<HostReading['managers']>,
): Judgement | undefined {
  if (known !== undefined) {
    const path = clusteredBy(domain, known);
    return path === undefined ? undefined : clustered(path);
  }
  return processes.has('pacemakerd')
    ? {
        verdict: 'warn',
        found: msg('Pacemaker runs on this host, and whether it manages this VM could not be read.'),
        remedies: [showResources],
      }
    : undefined;
}

/** Does another program manage this VM? It would not notice the migration. */
export const otherManagerCheck = defineCheck({
  id: 'other-manager',
  title: msg('Management software'),
  group: 'host',
  why: msg(
    'Software that manages this VM remembers on which host the VM runs. If you migrate without that software, the software may start the VM twice, which destroys the disks.',
  ),
  needs: { domain: domainFact },
  wants: { source: sourceShellFact },
  judge: ({ domain, source }): Judgement => {
    const seen = source.available ? source.value.managers : undefined;
    const manager = managerOf(domain, seen?.paths ?? new Set());
    if (manager !== undefined) return managedBy(manager);
    const cluster = seen === undefined ? undefined : judgeCluster(domain, seen);
    if (cluster !== undefined) return cluster;
    const known = namespaces.map(([, name]) => name);
    return {
      verdict: 'pass',
      found: msg('The definition has no mark of these managers: $0.', known.join(', ')),
      details: [
        seen === undefined
          ? msg('Whether a cluster manages the VM was not seen.')
          : msg('The VM is no resource of Pacemaker on this host.'),
      ],
    };
  },
});
