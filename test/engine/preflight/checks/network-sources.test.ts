// SPDX-License-Identifier: LGPL-2.1-or-later

import { expect } from 'vitest';
import { plainText } from '../../../../src/engine/base/message.ts';
import { networkSourcesCheck } from '../../../../src/engine/preflight/checks/network-sources.ts';
import type { DestinationNetworks } from '../../../../src/engine/preflight/facts/destination-networks.ts';
import type { NetworkDevice } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import type { Finding } from '../../../../src/engine/preflight/finding.ts';
import { type Network, parseNetwork } from '../../../../src/libvirt/network.ts';
import { domain, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const card = (type: string, source: string, more = ''): string =>
  `<interface type='${type}'><mac address='52:54:00:00:00:01'/><source ${source}/>${more}</interface>`;
const bridge = card('bridge', "bridge='br0'");
const network = card('network', "network='default' bridge='virbr0'");
const direct = card('direct', "dev='eno1' mode='bridge'");
const filtered = card('user', '', "<filterref filter='clean-traffic'/>");
const known: DestinationNetworks = {
  networks: new Map([['default', { active: true }]]),
  devices: ['net_br0_52_54_00_01_38_b5', 'net_eno1_52_54_00_01_38_b6'],
  filters: ['clean-traffic'],
};

function facts(
  devices: string,
  networks: DestinationNetworks | undefined,
  seen: readonly string[] = [],
  bridges = true,
): Parameters<typeof networkSourcesCheck.judgeFacts>[0] {
  return {
    domain: domain({}, devices),
    networks: networks === undefined ? missing : there(networks),
    definitions: missing,
    source: missing,
    shell: there(reading({}, { networkDevices: new Map(seen.map((name) => [name, { bridge: bridges }])) })),
  };
}

/** The reading of a destination whose device eno1 is used in that way. */
function based(devices: string, change: Partial<NetworkDevice> = {}): ReturnType<typeof facts> {
  const networkDevices = new Map([['eno1', { bridge: false, ...change }]]);
  return { ...facts(devices, known), shell: there(reading({}, { networkDevices })) };
}

/** A network as `virsh net-dumpxml` of libvirt 9.0 shows it. */
const definition = (address: string, forward = "<forward mode='nat'/>", host = ''): Network =>
  parseNetwork(
    `<network><name>default</name>${forward}<bridge name='virbr9'/><ip address='${address}' netmask='255.255.255.0'><dhcp><range start='192.168.150.50' end='192.168.150.99'/>${host}</dhcp></ip></network>`,
  );
const outside = parseNetwork(
  "<network><name>default</name><forward mode='bridge'/><bridge name='br0'/></network>",
);
const reserved = "<host mac='52:54:00:00:00:01' ip='192.168.150.20'/>";

/** The definitions of the VM's network on this host and on the destination. */
const networks = (here: Network, remote: Network): ReturnType<typeof facts> => ({
  ...facts(network, known),
  definitions: there({ here: new Map([['default', here]]), there: new Map([['default', remote]]) }),
});
const bridges = (
  here: readonly (readonly [string, NetworkDevice])[],
  remote: readonly (readonly [string, NetworkDevice])[],
): ReturnType<typeof facts> => ({
  ...facts(bridge, known),
  source: there(reading({}, { networkDevices: new Map(here) })),
  shell: there(reading({}, { networkDevices: new Map(remote) })),
});
const plain: readonly [string, NetworkDevice] = ['br0', { bridge: true }];
const uplink: readonly [string, NetworkDevice] = ['eno1', { bridge: false, portOf: 'br0' }];
const tap: readonly [string, NetworkDevice] = ['vnet0', { bridge: false, portOf: 'br0', tap: true }];
const detailsMatch = (pattern: RegExp) => (finding: Finding) => {
  expect((finding.details ?? []).map((detail) => plainText(detail)).join('\n')).toMatch(pattern);
};

testCheck(networkSourcesCheck, [
  {
    name: 'NAT of each host for itself',
    facts: networks(definition('192.168.150.1'), definition('192.168.150.1')),
    verdict: 'warn',
    found: /for itself \(nat\)/,
  },
  {
    name: 'NAT with other addresses',
    facts: networks(definition('192.168.150.1'), definition('192.168.151.1')),
    verdict: 'warn',
    also: detailsMatch(/192\.168\.150\.1.*192\.168\.151\.1/),
  },
  {
    name: 'an address that is not kept there',
    facts: networks(definition('192.168.150.1', '', reserved), definition('192.168.150.1', '')),
    verdict: 'warn',
    found: /isolated/,
    also: detailsMatch(/does not keep the address 192\.168\.150\.20/),
  },
  {
    name: 'NAT here and a bridge there',
    facts: networks(definition('192.168.150.1'), outside),
    verdict: 'warn',
    also: detailsMatch(/nat on this host, bridge on beta/),
  },
  { name: 'a network over a bridge on both', facts: networks(outside, outside), verdict: 'pass' },
  { name: 'bridges with an uplink', facts: bridges([plain, uplink], [plain, uplink, tap]), verdict: 'pass' },
  { name: 'bridges without an uplink', facts: bridges([plain, tap], [plain]), verdict: 'pass' },
  {
    name: 'a bridge without an uplink there',
    facts: bridges([plain, uplink], [plain, tap]),
    verdict: 'warn',
    found: /none on beta/,
  },
  {
    name: 'a bridge that is not up there',
    facts: bridges([plain, uplink], [['br0', { bridge: true, down: true }], uplink]),
    verdict: 'warn',
    found: /not up/,
  },
  { name: 'no card', facts: facts('', undefined), verdict: 'pass' },
  { name: 'all there', facts: facts(bridge + network + direct + filtered, known), verdict: 'pass' },
  {
    name: 'no such bridge, but a similar one',
    facts: facts(bridge, { devices: ['net_br00_52_54_00_01_38_b5'] }, ['br1']),
    verdict: 'block',
    found: /no bridge br0/,
    also: (finding) => {
      expect(
        ('remedies' in finding ? finding.remedies : []).map(({ text }) => plainText(text)).join(' '),
      ).toMatch(/Or use br1,/);
    },
  },
  {
    name: 'no such device',
    facts: facts(direct, { devices: [] }),
    verdict: 'block',
    found: /no network device eno1/,
  },
  {
    name: 'no such network',
    facts: facts(network, { networks: new Map() }),
    verdict: 'block',
    found: /no network default/,
  },
  {
    name: 'a network that is not active',
    facts: facts(network, { networks: new Map([['default', { active: false }]]) }),
    verdict: 'block',
    found: /not active/,
  },
  {
    name: 'no such filter',
    facts: facts(filtered, { filters: [] }),
    verdict: 'block',
    found: /no network filter/,
  },
  {
    name: 'a network of a running VM, whose bridge is another one there',
    facts: facts(card('bridge', "network='brn' bridge='br9'"), {
      networks: new Map([['brn', { active: true }]]),
    }),
    verdict: 'pass',
  },
  {
    name: 'a network of a running VM that is not there, though its bridge is',
    facts: facts(card('bridge', "network='brn' bridge='br0'"), { ...known, networks: new Map() }, ['br0']),
    verdict: 'block',
    found: /no network brn/,
  },
  {
    name: 'what is called like the bridge, and is none',
    facts: facts(bridge, known, ['br0'], false),
    verdict: 'block',
    found: /br0 on beta is no bridge/,
  },
  {
    name: 'a bridge of Open vSwitch, which the kernel does not show as one',
    facts: facts(card('bridge', "bridge='br0'", "<virtualport type='openvswitch'/>"), known, ['br0'], false),
    verdict: 'pass',
  },
  {
    name: 'a name of its own that is taken',
    facts: facts(card('bridge', "bridge='br0'", "<target dev='mytap'/>"), known, ['br0', 'mytap']),
    verdict: 'block',
    found: /name mytap is taken/,
  },
  {
    name: 'a name of its own that is free, and one that libvirt chose',
    facts: facts(
      card('bridge', "bridge='br0'", "<target dev='mytap'/>") +
        card('bridge', "bridge='br0'", "<target dev='vnet0'/>"),
      known,
      ['br0', 'vnet0'],
    ),
    verdict: 'pass',
  },
  {
    name: 'a device that others share',
    facts: based(direct, { carries: 'some' }),
    verdict: 'pass',
  },
  {
    name: 'a device that is a port of a bridge',
    facts: based(direct, { portOf: 'br0' }),
    verdict: 'block',
    found: /eno1 on beta is a port of br0/,
  },
  {
    name: 'a device that another one has for itself',
    facts: based(direct, { carries: 'one' }),
    verdict: 'block',
    found: /eno1 on beta is given to another network interface/,
  },
  {
    name: 'a device for itself that others share',
    facts: based(card('direct', "dev='eno1' mode='passthrough'"), { carries: 'some' }),
    verdict: 'block',
    found: /needs eno1 for itself/,
  },
  {
    name: 'a device for itself that is free',
    facts: based(card('direct', "dev='eno1' mode='passthrough'")),
    verdict: 'pass',
  },
  {
    name: 'a device that somebody else makes, and has not made',
    facts: facts(card('ethernet', '', "<target dev='tap5' managed='no'/>"), known, ['br0']),
    verdict: 'block',
    found: /no network device tap5/,
  },
  {
    name: 'a device that somebody else has made',
    facts: facts(card('ethernet', '', "<target dev='tap5' managed='no'/>"), known, ['tap5']),
    verdict: 'pass',
  },
  {
    name: 'a device that libvirt is to make, and somebody else has made',
    facts: facts(card('ethernet', '', "<target dev='tap5'/>"), known, ['tap5']),
    verdict: 'block',
    found: /name tap5 is taken/,
  },
  { name: 'not told', facts: facts(bridge, undefined), verdict: 'unknown' },
]);
