// SPDX-License-Identifier: LGPL-2.1-or-later
import { graphicsListenCheck } from '../../../src/engine/checks/graphics-listen.ts';
import { domain, reading } from '../fixtures.ts';
import { missing, testCheck, there } from '../test-check.ts';

const vnc = (attributes: string, listen = ''): ReturnType<typeof domain> =>
  domain({}, `<graphics type='vnc' ${attributes}>${listen}</graphics>`);
const auto = "autoport='yes' port='5900'";
const shell = there(reading({}, { addresses: new Set(['10.1.0.2']), listening: new Set([5999]) }));
const networks = there({ networks: new Map([['mgmt', { active: false }]]) });
const on = (address: string): string => `<listen type='address' address='${address}'/>`;

testCheck(graphicsListenCheck, [
  { name: 'no screen', facts: { domain: domain(), shell: missing, networks }, verdict: 'pass' },
  {
    name: 'on this host alone',
    facts: { domain: vnc(auto, on('127.0.0.1')), shell: missing, networks },
    verdict: 'pass',
  },
  {
    name: 'on an address of the destination',
    facts: { domain: vnc(auto, on('10.1.0.2')), shell, networks },
    verdict: 'pass',
  },
  {
    name: 'on an address of this host',
    facts: { domain: vnc(auto, on('10.1.0.1')), shell, networks },
    verdict: 'block',
    found: /10\.1\.0\.1/,
  },
  {
    name: 'on a network',
    facts: { domain: vnc(auto, "<listen type='network' network='mgmt'/>"), shell, networks },
    verdict: 'block',
    found: /network mgmt/,
  },
  {
    name: 'a port that is taken',
    facts: { domain: vnc("port='5999'", on('0.0.0.0')), shell, networks },
    verdict: 'block',
    found: /port 5999/,
  },
  {
    name: 'a port that is free',
    facts: { domain: vnc("port='5901'", on('0.0.0.0')), shell, networks },
    verdict: 'pass',
  },
  {
    name: 'not to be seen',
    facts: { domain: vnc(auto, on('10.1.0.1')), shell: missing, networks },
    verdict: 'unknown',
  },
]);
