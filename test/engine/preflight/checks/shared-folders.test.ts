// SPDX-License-Identifier: LGPL-2.1-or-later
import { sharedFoldersCheck } from '../../../../src/engine/preflight/checks/shared-folders.ts';
import { absent, domain, file, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const folder = (driver: string): string =>
  `<filesystem type='mount'>${driver}<source dir='/srv/data'/><target dir='data'/></filesystem>`;
const plain = domain({}, folder(''));
const virtiofs = domain({}, folder("<driver type='virtiofs'/>"));
const allowed = there({ kind: 'allowed' } as const);
const refused = there({
  kind: 'refused',
  original: 'operation failed: migration with virtiofs device is not supported',
} as const);
const shell = there(reading({ '/srv/data': file() }));

testCheck(sharedFoldersCheck, [
  { name: 'none', facts: { domain: domain(), shell: missing, beginPhase: missing }, verdict: 'pass' },
  {
    name: 'virtiofs that libvirt refuses',
    facts: { domain: virtiofs, shell, beginPhase: refused },
    verdict: 'block',
  },
  {
    name: 'virtiofs that it does not',
    facts: { domain: virtiofs, shell, beginPhase: allowed },
    verdict: 'warn',
  },
  {
    name: '9p',
    facts: { domain: plain, shell, beginPhase: allowed },
    verdict: 'warn',
    found: /\/srv\/data\)\. Whether they have the same content/,
  },
  {
    name: 'not there',
    facts: { domain: plain, shell: there(reading(absent('/srv/data'))), beginPhase: allowed },
    verdict: 'block',
    found: /\/srv\/data/,
  },
  {
    name: 'not to be seen',
    facts: { domain: plain, shell: missing, beginPhase: allowed },
    verdict: 'unknown',
  },
]);
