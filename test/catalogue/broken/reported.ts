// SPDX-License-Identifier: LGPL-2.1-or-later
import { all, configured, namedPool, shell } from '../causes.ts';
import { disk, shared, volume } from '../parts.ts';
import { brokenOnes } from '../set-up.ts';

/** What people who migrate VMs of libvirt reported, and what is of the same kind. */
export const reported = brokenOnes([
  {
    check: 'shared-storage',
    name: 'a volume of the same pool and name that is another file there',
    vm: { name: 'namesake', devices: volume('vms', 'x.img') },
    // It would start there, on the wrong disk.
    cause: all(
      shell(
        'source',
        `mkdir -p ${shared}/a ${shared}/b; truncate -s 1M ${shared}/a/x.img ${shared}/b/x.img`,
        `rm -rf ${shared}/a ${shared}/b`,
      ),
      namedPool('source', 'vms', `${shared}/a`),
      namedPool('destination', 'vms', `${shared}/b`),
    ),
    verdict: 'block',
    says: /x\.img\) is another file on beta/,
  },
  {
    check: 'shared-storage',
    name: 'a file that was replaced under the running VM',
    vm: { name: 'replaced', devices: disk(`${shared}/replaced.img`, " cache='none'") },
    // It would go on there, on the old content.
    cause: shell('source', `truncate -s 1M ${shared}/replaced.img`, `rm -f ${shared}/replaced.img`),
    then: async ({ source }) => {
      await source.exec(['cp', `${shared}/replaced.img`, `${shared}/restored.img`]);
      await source.exec(['mv', `${shared}/restored.img`, `${shared}/replaced.img`]);
    },
    verdict: 'block',
    says: /replaced\.img\): the running VM/,
  },
  {
    check: 'data-ports',
    name: 'TLS demanded there, with a comment behind the setting',
    vm: { name: 'comment' },
    cause: configured('qemu.conf', 'migrate_tls_force = 1  # security'),
    verdict: 'block',
    says: /over TLS only/,
    refusal: /TLS|tls/,
  },
]);
