// SPDX-License-Identifier: LGPL-2.1-or-later
import { graphicsListenCheck } from '../../../../src/engine/preflight/checks/graphics-listen.ts';
import { domain, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const vnc = (attributes: string, listen = ''): ReturnType<typeof domain> =>
  domain({}, `<graphics type='vnc' ${attributes}>${listen}</graphics>`);
const auto = "autoport='yes' port='5900'";
const shell = there(reading({}, { addresses: new Set(['10.1.0.2']), listening: new Set([5999]) }));
const listener = (
  address: string,
  settings: Readonly<Record<string, string>> = {},
): ReturnType<typeof there<ReturnType<typeof reading>>> =>
  there(
    reading(
      {},
      {
        addresses: new Set(['10.1.0.2', 'fe80::1']),
        listening: new Set([5999]),
        listeningOn: new Map([[5999, new Set([address])]]),
        settings: new Map(Object.entries(settings)),
      },
    ),
  );
const spice = (attributes: string, more = ''): ReturnType<typeof domain> =>
  domain({}, `<graphics type='spice' ${attributes}>${more}</graphics>`);
/** A destination whose qemu.conf encrypts graphics, and the certificate files that its QEMU cannot read. */
const encrypting = (
  setting: string,
  missingFiles?: readonly string[],
): ReturnType<typeof there<ReturnType<typeof reading>>> =>
  there(
    reading(
      {},
      {
        settings: new Map([[setting, '1']]),
        ...(missingFiles === undefined
          ? {}
          : {
              graphicsFilesMissing: new Map([
                ['vnc', missingFiles],
                ['spice', missingFiles],
              ]),
            }),
      },
    ),
  );
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
    name: 'encrypted there, with no certificate',
    facts: { domain: vnc(auto), shell: encrypting('vnc_tls', ['/etc/pki/qemu/ca-cert.pem']), networks },
    verdict: 'block',
    found: /cannot read \/etc\/pki\/qemu\/ca-cert\.pem\..*encrypts graphics \(vnc\)/,
  },
  {
    name: 'encrypted there, with all it takes',
    facts: { domain: vnc(auto), shell: encrypting('vnc_tls', []), networks },
    verdict: 'pass',
  },
  {
    name: 'another kind is encrypted there',
    facts: { domain: vnc(auto), shell: encrypting('spice_tls', ['/etc/pki/qemu/ca-cert.pem']), networks },
    verdict: 'pass',
  },
  {
    name: 'encrypted there, and what it takes was not told',
    facts: { domain: vnc(auto), shell: encrypting('vnc_tls'), networks },
    verdict: 'unknown',
    found: /did not tell whether it has the certificate .*\(vnc\)/,
  },
  {
    name: 'SPICE with ports of libvirt’s choice, encrypted there, with no certificate',
    facts: {
      domain: spice("autoport='yes'"),
      shell: encrypting('spice_tls', ['/etc/pki/qemu/ca-cert.pem']),
      networks,
    },
    verdict: 'block',
    found: /encrypts graphics \(spice\)/,
  },
  {
    name: 'SPICE with one plain port of its own',
    facts: {
      domain: spice("autoport='no' port='5998'"),
      shell: encrypting('spice_tls', ['/etc/pki/qemu/ca-cert.pem']),
      networks,
    },
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
    name: 'a port that is taken on another address',
    facts: { domain: vnc("port='5999'", on('127.0.0.1')), shell: listener('10.1.0.2'), networks },
    verdict: 'warn',
    found: /port 5999, which is taken on another address/,
  },
  {
    name: 'a port that is taken on every address',
    facts: { domain: vnc("port='5999'", on('127.0.0.1')), shell: listener('::'), networks },
    verdict: 'block',
    found: /port 5999/,
  },
  {
    name: 'a port that is taken on the same address, spelled otherwise',
    facts: { domain: vnc("port='5999'", on('FE80:0::1')), shell: listener('fe80::1'), networks },
    verdict: 'block',
    found: /port 5999/,
  },
  {
    name: 'a port for browsers that is taken',
    facts: { domain: vnc(`${auto} websocket='5999'`, on('0.0.0.0')), shell, networks },
    verdict: 'block',
    found: /port 5999/,
  },
  {
    name: 'on a name',
    facts: { domain: vnc(auto, on('mgmt')), shell, networks },
    verdict: 'unknown',
    found: /mgmt/,
  },
  {
    name: 'on what qemu.conf there says, which is wrong',
    facts: { domain: vnc(auto), shell: listener('::', { vnc_listen: '10.9.9.9' }), networks },
    verdict: 'block',
    found: /10\.9\.9\.9 for vnc_listen/,
  },
  {
    name: 'on what qemu.conf there says',
    facts: { domain: vnc(auto), shell: listener('::', { vnc_listen: '10.1.0.2' }), networks },
    verdict: 'pass',
  },
  {
    name: 'on an address of its own, whatever qemu.conf there says',
    facts: {
      domain: vnc(auto, on('127.0.0.1')),
      shell: listener('::', { vnc_listen: '10.9.9.9' }),
      networks,
    },
    verdict: 'pass',
  },
  {
    name: 'a SPICE that has to be encrypted, and is not there',
    facts: { domain: spice(`${auto} defaultMode='secure'`, on('127.0.0.1')), shell, networks },
    verdict: 'block',
    found: /encrypted/,
  },
  {
    name: 'a SPICE that has a channel to be encrypted, and can be there',
    facts: {
      domain: spice(auto, "<channel name='main' mode='secure'/>"),
      shell: encrypting('spice_tls', []),
      networks,
    },
    verdict: 'pass',
  },
  {
    name: 'not to be seen',
    facts: { domain: vnc(auto, on('10.1.0.1')), shell: missing, networks },
    verdict: 'unknown',
  },
]);
