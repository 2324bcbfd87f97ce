// SPDX-License-Identifier: LGPL-2.1-or-later
import { diskPathCheck } from '../../../src/engine/checks/disk-path.ts';
import { diskFiles } from '../../../src/engine/facts/disk-files.ts';
import type { FileReading } from '../../../src/engine/facts/host-reading.ts';
import { domain, file, reading } from '../fixtures.ts';
import { missing, testCheck, there } from '../test-check.ts';

const path = '/images/web.qcow2';
const disk = (more = ''): string =>
  `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}'/>${more}<target dev='vda'/></disk>`;
const secret =
  "<encryption format='luks'><secret type='passphrase' uuid='F52A81B2-424E-490C-823D-6BD4235BC572'/></encryption>";

function facts(
  seen: FileReading | undefined,
  settings = new Map<string, string>(),
  devices = disk(),
): Parameters<typeof diskPathCheck.judgeFacts>[0] {
  const vm = domain({}, devices);
  return {
    domain: vm,
    files: diskFiles(vm.config),
    shell: seen === undefined ? missing : there(reading({ [path]: seen }, { settings, qemuUser: 64055 })),
    secrets: there(new Set<string>()),
  };
}
const nfs = { fileSystem: 'nfs4' };
const shut = { reach: true, read: false, write: false };

testCheck(diskPathCheck, [
  { name: 'there', facts: facts(file()), verdict: 'pass' },
  { name: 'no disk', facts: facts(undefined, new Map(), ''), verdict: 'pass' },
  { name: 'not there', facts: facts(file({ exists: false })), verdict: 'block', found: /is not there/ },
  {
    name: 'behind a folder that is shut',
    facts: facts(file({ qemu: { reach: false } })),
    verdict: 'block',
    found: /64055.*may not go/,
  },
  { name: 'not readable, but libvirt changes that', facts: facts(file({ qemu: shut })), verdict: 'pass' },
  {
    name: 'not readable, and libvirt leaves owners alone',
    facts: facts(file({ qemu: shut }), new Map([['dynamic_ownership', '0']])),
    verdict: 'block',
    found: /leaves owners alone/,
  },
  {
    name: 'not readable, on NFS',
    facts: facts(file({ ...nfs, qemu: shut })),
    verdict: 'warn',
    found: /file server/,
  },
  { name: 'as which user could not be tried', facts: facts(file({ qemu: {} })), verdict: 'pass' },
  {
    name: 'a secret that is not there',
    facts: facts(file(), new Map(), disk(secret)),
    verdict: 'block',
    found: /secret/,
  },
  {
    name: 'a secret that is there',
    facts: {
      ...facts(file(), new Map(), disk(secret)),
      secrets: there(new Set(['f52a81b2-424e-490c-823d-6bd4235bc572'])),
    },
    verdict: 'pass',
  },
  { name: 'not to be seen', facts: facts(undefined), verdict: 'unknown' },
]);
