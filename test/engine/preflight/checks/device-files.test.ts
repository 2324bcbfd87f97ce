// SPDX-License-Identifier: LGPL-2.1-or-later
import { deviceFilesCheck } from '../../../../src/engine/preflight/checks/device-files.ts';
import { absent, domain, file, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const devices =
  "<serial type='file'><source path='/var/log/vm/web.log'/></serial><console type='file'><source path='/var/log/vm/web.log'/></console>" +
  "<serial type='dev'><source path='/dev/ttyS1'/></serial><channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-1-web/a'/></channel>" +
  "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>";
const vm = domain({}, devices);
const seen = { '/var/log/vm': file(), '/dev/ttyS1': file(), '/dev/urandom': file() };
const os = (more: string): ReturnType<typeof domain> =>
  domain({}, '', `<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>${more}</os>`);
const later = { ...domain(), stored: os('<kernel>/x/f</kernel>').config };
const source = there(reading(seen));
const given = domain(
  {},
  '',
  "<qemu:commandline><qemu:arg value='-acpitable'/><qemu:arg value='file=/x/f'/></qemu:commandline>",
);
const nvdimm = domain(
  {},
  "<memory model='nvdimm'><source><path>/x/nv</path></source><target><size unit='KiB'>131072</size></target></memory>",
);
const pipe = domain({}, "<serial type='pipe'><source path='/x/p'/></serial>");
const places = ['/x', '/x/f'];
const line = (source: string, type = 'tcp'): ReturnType<typeof domain> =>
  domain({}, `<serial type='${type}'><source ${source}/></serial>`);
const socket = line("mode='connect' path='/x/s'", 'unix');
/** A destination with addresses, and with ports that are taken on some of them. */
const taken = (
  port?: number,
  addresses: readonly string[] = [],
  change: Parameters<typeof reading>[1] = {},
): ReturnType<typeof there<ReturnType<typeof reading>>> =>
  there(
    reading(
      { '/x/s': file({ kind: 'socket' }) },
      {
        addresses: new Set(['127.0.0.1', '::1', '10.0.0.2', 'fe80::1']),
        listeningOn: new Map(port === undefined ? [] : [[port, new Set(addresses)]]),
        datagramsOn: new Map(port === undefined ? [] : [[port, new Set(addresses)]]),
        ...change,
      },
    ),
  );
/** What the serial port needs, the ports that are taken there, and the text. */
const ends: readonly (readonly [
  string,
  ReturnType<typeof domain>,
  ReturnType<typeof taken>,
  'pass' | 'warn' | 'block' | 'unknown',
  RegExp?,
])[] = [
  ['a free port', line("mode='bind' host='0.0.0.0' service='7'"), taken(8, ['0.0.0.0']), 'pass'],
  [
    'a port that is taken',
    line("mode='bind' host='10.0.0.2' service='7'"),
    taken(7, ['0.0.0.0']),
    'block',
    /port 7 \(serial\), which is taken/,
  ],
  [
    'a port taken on another address',
    line("mode='bind' host='10.0.0.2' service='7'"),
    taken(7, ['::1']),
    'pass',
  ],
  ['a port of IPv6 that IPv4 has', line("mode='bind' host='::' service='7'"), taken(7, ['0.0.0.0']), 'pass'],
  [
    'a port of either kind, of which one is free',
    line("mode='bind' service='7'"),
    taken(7, ['0.0.0.0']),
    'pass',
  ],
  ['a port of which both are taken', line("mode='bind' service='7'"), taken(7, ['::']), 'block', /taken/],
  [
    'a port at a name that may have two addresses',
    line("mode='bind' host='localhost' service='7'"),
    taken(7, ['127.0.0.1']),
    'warn',
    /taken/,
  ],
  [
    'a port for datagrams that may be shared',
    line("mode='bind' host='127.0.0.1' service='7'", 'udp'),
    taken(7, ['0.0.0.0']),
    'warn',
    /taken/,
  ],
  [
    'an address that is not there',
    line("mode='bind' host='10.0.0.1' service='7'"),
    taken(),
    'block',
    /10\.0\.0\.1 \(serial\), which is no address/,
  ],
  [
    'an address of a destination that does not tell its own',
    line("mode='bind' host='10.0.0.1' service='7'"),
    there(reading({}, { listeningOn: new Map() })),
    'unknown',
    /10\.0\.0\.1:7.*\(serial\)/,
  ],
  [
    'a port of a destination that does not tell which are taken',
    line("mode='bind' host='::1' service='7'", 'udp'),
    there(reading()),
    'unknown',
    /\[::1\]:7.*\(serial\)/,
  ],
  ['an address with its device', line("mode='bind' host='fe80::1%eth0' service='7'"), taken(), 'pass'],
  ['a name to listen on', line("mode='bind' host='web' service='7'"), taken(), 'unknown', /web:7/],
  ['a name of a port', line("mode='bind' host='::1' service='telnet'"), taken(), 'unknown', /\[::1\]:telnet/],
  ['somebody who listens', line("mode='connect' host='127.0.0.1' service='7'"), taken(7, ['::']), 'pass'],
  [
    'nobody who listens',
    line("mode='connect' host='localhost' service='7'"),
    taken(),
    'block',
    /No program on beta listens on localhost:7, .*\(serial\)/,
  ],
  [
    'somebody who listens on another address',
    line("mode='connect' host='10.0.0.2' service='7'"),
    taken(7, ['127.0.0.1']),
    'block',
    /No program on beta listens/,
  ],
  [
    'another machine',
    line("mode='connect' host='10.0.0.9' service='7'"),
    taken(),
    'unknown',
    /10\.0\.0\.9:7/,
  ],
  ['a socket that is heard', socket, taken(undefined, [], { listeners: new Set(['/mnt/s']) }), 'pass'],
  ['a socket that nobody was asked about', socket, taken(), 'pass'],
  [
    'a socket on which nobody listens',
    socket,
    taken(undefined, [], { listeners: new Set(['/x/t']) }),
    'block',
    /No program on beta listens on \/x\/s, .*\(serial\)/,
  ],
];
/** The thing, its name in the text, and a VM with it. */
const others: readonly (readonly [string, RegExp, ReturnType<typeof domain>])[] = [
  ['kernel', /\/x\/f.*\(kernel\)/, os('<kernel>/x/f</kernel>')],
  ['initrd', /\/x\/f.*\(initrd\)/, os('<initrd>/x/f</initrd>')],
  ['device tree', /\/x\/f.*\(dtb\)/, os('<dtb>/x/f</dtb>')],
  ['table', /\/x\/f.*\(acpi\)/, os("<acpi><table type='slic'>/x/f</table></acpi>")],
  [
    'fw_cfg',
    /\/x\/f.*\(fwcfg\)/,
    domain({}, '', "<sysinfo type='fwcfg'><entry name='opt/a' file='/x/f'/></sysinfo>"),
  ],
  ['ROM', /\/x\/f.*\(rom\)/, domain({}, "<interface type='user'><rom file='/x/f'/></interface>")],
  [
    'script',
    /\/x\/f.*\(script\)/,
    domain({}, "<interface type='ethernet'><script path='/x/f'/></interface>"),
  ],
  ['log', /folder \/x,.*\(log\)/, domain({}, "<serial type='pty'><log file='/x/f'/></serial>")],
  [
    'socket of a screen',
    /folder \/x,.*\(graphics\)/,
    domain({}, "<graphics type='vnc'><listen type='socket' socket='/x/f'/></graphics>"),
  ],
];

testCheck(deviceFilesCheck, [
  { name: 'none', facts: { domain: domain(), source, shell: missing }, verdict: 'pass' },
  { name: 'all there', facts: { domain: vm, source, shell: there(reading(seen)) }, verdict: 'pass' },
  {
    name: 'no folder',
    facts: { domain: vm, source, shell: there(reading({ ...seen, '/var/log/vm': file({ exists: false }) })) },
    verdict: 'block',
    found: /folder \/var\/log\/vm/,
  },
  {
    name: 'no device',
    facts: { domain: vm, source, shell: there(reading({ ...seen, '/dev/ttyS1': file({ exists: false }) })) },
    verdict: 'block',
    found: /\/dev\/ttyS1/,
  },
  {
    name: 'a line named as what it is',
    facts: { domain: vm, source, shell: there(reading({ ...seen, '/var/log/vm': file({ exists: false }) })) },
    verdict: 'block',
    found: /\(serial\)/,
  },
  ...others.map(
    ([name, found, definition]) =>
      ({
        name,
        facts: { domain: definition, source, shell: there(reading(absent(...places))) },
        verdict: 'block',
        found,
      }) as const,
  ),
  ...ends.map(
    ([name, definition, shell, verdict, found]) =>
      ({
        name,
        facts: { domain: definition, source, shell },
        verdict,
        ...(found === undefined ? {} : { found }),
      }) as const,
  ),
  {
    name: 'a block before what is not known',
    facts: {
      domain: domain(
        {},
        "<serial type='tcp'><source mode='connect' host='far' service='7'/></serial><serial type='tcp'><source mode='bind' host='::1' service='7'/></serial>",
      ),
      source,
      shell: taken(7, ['::1']),
    },
    verdict: 'block',
    found: /taken/,
  },
  {
    name: 'ends of lines, not to be seen',
    facts: { domain: line("mode='bind' host='::1' service='7'"), source, shell: missing },
    verdict: 'unknown',
  },
  {
    name: 'a script that is run when the VM ends',
    facts: {
      domain: domain({}, "<interface type='ethernet'><downscript path='/x/down'/></interface>"),
      source,
      shell: there(reading(absent('/x/down'))),
    },
    verdict: 'warn',
    found: /\/x\/down.*when the VM ends/,
  },
  {
    name: 'two pipes in place of one',
    facts: {
      domain: pipe,
      source,
      shell: there(reading({ ...absent('/x/p'), '/x/p.in': file(), '/x/p.out': file() })),
    },
    verdict: 'pass',
  },
  {
    name: 'half of two pipes',
    facts: {
      domain: pipe,
      source,
      shell: there(reading({ ...absent('/x/p', '/x/p.out'), '/x/p.in': file() })),
    },
    verdict: 'block',
    found: /beta lacks \/x\/p,/,
  },
  {
    name: 'a file in an argument',
    facts: { domain: given, source, shell: there(reading(absent('/x/f'))) },
    verdict: 'warn',
    found: /beta lacks \/x\/f, which an argument of QEMU/,
  },
  {
    name: 'a file in an argument that this host does not have either',
    facts: {
      domain: given,
      source: there(reading(absent('/x/f'))),
      shell: there(reading(absent('/x/f'))),
    },
    verdict: 'pass',
  },
  {
    name: 'a file in an argument, there too',
    facts: { domain: given, source, shell: there(reading({ '/x/f': file() })) },
    verdict: 'pass',
  },
  {
    name: 'a file behind memory that is too small',
    facts: { domain: nvdimm, source, shell: there(reading({ '/x/nv': file({ sizeBytes: 67108864 }) })) },
    verdict: 'block',
    found: /\/x\/nv on beta is too small: the file has 67108864 bytes, .* 134217728 bytes/,
  },
  {
    name: 'a file behind memory of its size',
    facts: { domain: nvdimm, source, shell: there(reading({ '/x/nv': file({ sizeBytes: 134217728 }) })) },
    verdict: 'pass',
  },
  {
    name: 'a kernel of the next start that is not there',
    facts: { domain: later, source, shell: there(reading(absent(...places))) },
    verdict: 'warn',
    found: /not start again on beta: its stored definition names \/x\/f \(kernel\)/,
  },
  {
    name: 'a kernel of the next start that is there',
    facts: { domain: later, source, shell: there(reading({ '/x/f': file() })) },
    verdict: 'pass',
  },
  {
    name: 'a kernel of the next start on this host',
    temporary: true,
    facts: { domain: later, source, shell: there(reading(absent(...places))) },
    verdict: 'pass',
  },
  { name: 'not to be seen', facts: { domain: vm, source, shell: missing }, verdict: 'unknown' },
]);
