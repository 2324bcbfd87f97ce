// SPDX-License-Identifier: LGPL-2.1-or-later
import { permissionsCheck } from '../../../../src/engine/preflight/checks/permissions.ts';
import { destination, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const allowed = there({ kind: 'allowed' } as const);
const shell = there(reading({}, { hooks: [] }));
const limited = there(reading({}, { hooks: [], settings: new Map([['access_drivers', ['polkit']]]) }));
const root = { destination: destination(), access: [], beginPhase: allowed };

testCheck(permissionsCheck, [
  { name: 'root', facts: { ...root, shell }, verdict: 'pass', found: /lets root use all/ },
  { name: 'root, whom polkit refuses nothing', facts: { ...root, shell: limited }, verdict: 'pass' },
  {
    name: 'a user whom polkit may refuse something',
    facts: { ...root, destination: destination('qemu+ssh://admin@beta/system'), shell: limited },
    verdict: 'warn',
    found: /each call of admin with polkit/,
  },
  {
    name: 'refused there',
    facts: { ...root, access: ["error: access denied: 'connect' denied"], shell },
    verdict: 'block',
  },
  {
    name: 'refused here',
    facts: {
      ...root,
      beginPhase: there({
        kind: 'refused',
        original: 'operation forbidden: read only access prevents virDomainMigrate',
      } as const),
      shell,
    },
    verdict: 'block',
    found: /libvirt of this host refuses/,
  },
  {
    name: 'programs of the admin there',
    facts: { ...root, shell: there(reading({}, { hooks: ['/etc/libvirt/hooks/qemu'] })) },
    verdict: 'warn',
    found: /may refuse the VM: \/etc\/libvirt\/hooks\/qemu\./,
  },
  {
    name: 'a folder of such that cannot be seen',
    facts: { ...root, shell: there(reading()) },
    verdict: 'unknown',
    found: /hook scripts .* could not be listed/,
  },
  { name: 'not to be seen', facts: { ...root, shell: missing }, verdict: 'unknown' },
]);
