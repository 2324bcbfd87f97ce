// SPDX-License-Identifier: LGPL-2.1-or-later
import { tpmCheck } from '../../../../src/engine/preflight/checks/tpm.ts';
import { absent, domain, file, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const tpm = (backend: string): ReturnType<typeof domain> =>
  domain({}, `<tpm model='tpm-crb'>${backend}</tpm>`);
const emulated = tpm("<backend type='emulator' version='2.0'/>");
const encrypted = tpm(
  "<backend type='emulator' version='2.0'><encryption secret='6dd3e4a5-1d76-44ce-961f-f119f5aad935'/></backend>",
);
const external = tpm(
  "<backend type='external'><source type='unix' mode='connect' path='/run/tpm.sock'/></backend>",
);
const swtpm = there(reading({}, { programs: new Set(['swtpm', 'swtpm_setup', 'swtpm_ioctl']) }));
const secrets = there(new Set<string>());

testCheck(tpmCheck, [
  { name: 'none', facts: { domain: domain(), shell: missing, secrets }, verdict: 'pass' },
  {
    name: 'emulated, with the program there',
    facts: { domain: emulated, shell: swtpm, secrets },
    verdict: 'pass',
  },
  {
    name: 'emulated, without it',
    facts: { domain: emulated, shell: there(reading()), secrets },
    verdict: 'block',
    found: /beta lacks swtpm, swtpm_setup, swtpm_ioctl,/,
  },
  {
    name: "the host's own",
    facts: {
      domain: tpm("<backend type='passthrough'><device path='/dev/tpm0'/></backend>"),
      shell: swtpm,
      secrets,
    },
    verdict: 'block',
  },
  {
    name: 'external',
    facts: { domain: tpm("<backend type='external'/>"), shell: swtpm, secrets },
    verdict: 'warn',
  },
  {
    name: 'emulated, without what prepares it',
    facts: {
      domain: emulated,
      shell: there(reading({}, { programs: new Set(['swtpm']) })),
      secrets,
    },
    verdict: 'block',
    found: /swtpm_setup/,
  },
  {
    name: 'emulated, without what talks to it',
    facts: {
      domain: emulated,
      shell: there(reading({}, { programs: new Set(['swtpm', 'swtpm_setup']) })),
      secrets,
    },
    verdict: 'block',
    found: /lacks swtpm_ioctl,/,
  },
  {
    name: 'external, and nobody listens on its socket',
    facts: {
      domain: external,
      shell: there(reading({ '/run/tpm.sock': file() }, { listeners: new Set() })),
      secrets,
    },
    verdict: 'block',
    found: /No program on beta listens on the socket .*\/run\/tpm\.sock/,
  },
  {
    name: 'external, its socket not there',
    facts: { domain: external, shell: there(reading(absent('/run/tpm.sock'))), secrets },
    verdict: 'block',
    found: /\/run\/tpm\.sock/,
  },
  {
    name: 'external, its socket there',
    facts: { domain: external, shell: there(reading({ '/run/tpm.sock': file() })), secrets },
    verdict: 'warn',
    found: /\/run\/tpm\.sock/,
  },
  {
    name: 'external, not to be seen',
    facts: { domain: external, shell: missing, secrets },
    verdict: 'unknown',
  },
  {
    name: 'a secret that is not there',
    facts: { domain: encrypted, shell: swtpm, secrets },
    verdict: 'block',
    found: /6dd3e4a5/,
  },
  { name: 'not to be seen', facts: { domain: emulated, shell: missing, secrets }, verdict: 'unknown' },
]);
