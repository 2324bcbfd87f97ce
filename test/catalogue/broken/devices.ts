// SPDX-License-Identifier: LGPL-2.1-or-later

import { brokenCases, type Hosts, type Make } from '../case.ts';
import { all, atNextStart, configured, listening, overBridge, shell } from '../causes.ts';
import { makeVm } from '../lab-vm.ts';
import { graphicsCertificate, isolated, local, networkInterface, serial, vnc } from '../parts.ts';

const network = (which: keyof Hosts | 'both', name: string, more = ''): Make =>
  shell(
    which,
    `echo '${isolated(name, 'virbr9', more)}' | virsh -q net-define /dev/stdin`,
    // A remedy may have started it.
    `virsh -q net-destroy ${name} 2>/dev/null; virsh -q net-undefine ${name}`,
  );
const started = (which: keyof Hosts, name: string): Make =>
  shell(which, `virsh -q net-start ${name}`, `virsh -q net-destroy ${name}`);

/** A network device on both hosts. Devices based on it are removed with it. */
const cable = shell(
  'both',
  'ip link add eth9 type veth peer name eth9x; ip link set eth9 up',
  'ip link del eth9',
);

/** On the destination, a socket file that a former listener left. */
const left = (path: string): Make =>
  all(
    listening('destination', `-k ${path}`),
    shell('destination', 'kill -KILL $(cat /run/listening.pid)', `rm -f ${path}`),
  );

/** Host devices, network interfaces, graphics and character devices. */
export const devices = brokenCases([
  {
    check: 'host-devices',
    name: 'a PCI device',
    vm: {
      name: 'pci',
      // In a PCI domain that no machine has, so that it is no real device.
      devices:
        "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0xfffe' bus='0' slot='3' function='0'/></source></hostdev>",
      start: false,
    },
    verdict: 'block',
    says: /pci device fffe:00:03\.0/,
    refusal: /fffe:00:03\.0|PCI|VFIO/i,
  },
  {
    check: 'host-devices',
    name: 'the socket of a switch that is not there',
    vm: {
      name: 'vhost',
      more: "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>",
      devices:
        "<interface type='vhostuser'><source type='unix' path='/run/switch.sock' mode='client'/><model type='virtio'/></interface>",
      start: false,
    },
    verdict: 'block',
    says: /\/run\/switch\.sock/,
    refusal: /switch\.sock/,
  },
  {
    check: 'host-devices',
    name: 'the socket of a switch that ended and left it behind',
    vm: {
      name: 'vhost',
      more: "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>",
      devices:
        "<interface type='vhostuser'><source type='unix' path='/run/deaf.sock' mode='client'/><model type='virtio'/></interface>",
      start: false,
    },
    cause: left('/run/deaf.sock'),
    verdict: 'block',
    says: /No program on beta listens on the socket \/run\/deaf\.sock/,
    refusal: /deaf\.sock/,
  },
  {
    check: 'host-devices',
    name: 'no folder for the socket that QEMU makes for a switch',
    vm: {
      name: 'vhost',
      more: "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>",
      devices:
        "<interface type='vhostuser'><source type='unix' path='/run/switches/card.sock' mode='server'/><model type='virtio'/></interface>",
      start: false,
    },
    verdict: 'block',
    says: /beta lacks the folder \/run\/switches/,
    refusal: /card\.sock/,
  },
  {
    check: 'network-sources',
    name: 'a bridge that only this host has',
    vm: { name: 'bridge', devices: networkInterface('bridge', "bridge='br7'") },
    cause: all(
      shell('source', 'ip link add br7 type bridge', 'ip link del br7'),
      shell('destination', ':', 'ip link del br7 2>/dev/null || true'),
      shell('destination', 'ip link add br8 type bridge', 'ip link del br8'),
    ),
    verdict: 'block',
    says: /no bridge br7.*Or use br8, the most similar name/s,
    refusal: /br7/,
    cure: 0,
  },
  {
    check: 'network-sources',
    name: 'a network that is not active there',
    vm: { name: 'network', devices: networkInterface('network', "network='lan'") },
    cause: all(network('both', 'lan'), started('source', 'lan')),
    verdict: 'block',
    says: /network lan on beta.* is not active/,
    refusal: /network 'lan' is not active/,
    cure: 0,
  },
  {
    check: 'network-sources',
    name: 'a network that only this host has',
    vm: { name: 'network', devices: networkInterface('network', "network='office'") },
    cause: all(
      network('source', 'office'),
      started('source', 'office'),
      shell('destination', ':', 'virsh -q net-destroy office; virsh -q net-undefine office; true'),
    ),
    verdict: 'block',
    says: /no network office/,
    refusal: /no network with matching name 'office'/,
    cure: 0,
  },
  {
    check: 'network-sources',
    name: 'a network that only this host has, over a bridge that both have',
    vm: { name: 'network', devices: networkInterface('network', "network='over'") },
    cause: all(
      shell('both', 'ip link add br9 type bridge', 'ip link del br9'),
      overBridge('source', 'over', 'br9'),
    ),
    verdict: 'block',
    says: /no network over/,
    refusal: /no network with matching name 'over'/,
  },
  {
    check: 'network-sources',
    name: 'a device that is called like the bridge, and is none',
    vm: { name: 'bridge', devices: networkInterface('bridge', "bridge='br9'") },
    cause: all(
      shell('source', 'ip link add br9 type bridge', 'ip link del br9'),
      shell('destination', 'ip link add br9 type veth peer name br9x', 'ip link del br9'),
    ),
    verdict: 'block',
    says: /br9 on beta is no bridge/,
    refusal: /br9|tap interface/,
  },
  {
    check: 'network-sources',
    name: 'a device that is the port of a bridge there',
    vm: { name: 'direct', devices: networkInterface('direct', "dev='eth9' mode='bridge'") },
    cause: all(
      cable,
      shell(
        'destination',
        'ip link add br9 type bridge; ip link set eth9 master br9',
        'ip link set eth9 nomaster; ip link del br9',
      ),
    ),
    verdict: 'block',
    says: /eth9 on beta is a port of br9/,
    refusal: /macvtap.*busy/,
  },
  {
    check: 'network-sources',
    name: 'a device that another one has for itself there',
    vm: { name: 'direct', devices: networkInterface('direct', "dev='eth9' mode='bridge'") },
    cause: all(cable, shell('destination', 'ip link add link eth9 type macvtap mode passthru', ':')),
    verdict: 'block',
    says: /eth9 on beta is given to another network interface/,
    refusal: /macvtap.*Invalid argument/,
  },
  {
    check: 'network-sources',
    name: 'a device for itself on which another one is based there',
    vm: { name: 'direct', devices: networkInterface('direct', "dev='eth9' mode='passthrough'") },
    cause: all(cable, shell('destination', 'ip link add link eth9 type macvlan mode private', ':')),
    verdict: 'block',
    says: /needs eth9 for itself/,
    refusal: /macvtap.*(Invalid argument|busy)/,
  },
  {
    check: 'network-sources',
    name: 'a cable that somebody else makes, and has made here alone',
    vm: {
      name: 'cable',
      devices:
        "<interface type='ethernet'><target dev='tap9' managed='no'/><model type='virtio'/></interface>",
    },
    cause: all(
      shell('source', 'ip tuntap add tap9 mode tap', 'ip link del tap9'),
      shell('destination', ':', 'ip link del tap9 2>/dev/null || true'),
    ),
    verdict: 'block',
    says: /no network device tap9/,
    refusal: /dev doesn't exist/,
    cure: 0,
  },
  {
    check: 'network-sources',
    name: 'a name for the cable that is taken there',
    vm: { name: 'cable', devices: networkInterface('bridge', "bridge='br9'", "<target dev='mytap'/>") },
    cause: all(
      shell('both', 'ip link add br9 type bridge', 'ip link del br9'),
      shell('destination', 'ip link add mytap type veth peer name mytapx', 'ip link del mytapx'),
    ),
    verdict: 'block',
    says: /name mytap is taken on beta/,
    refusal: /mytap interface already exists/,
    cure: 0,
  },
  {
    check: 'network-sources',
    name: 'a filter that only this host has',
    vm: {
      name: 'filter',
      devices: networkInterface('bridge', "bridge='br6'", "<filterref filter='house'/>"),
    },
    cause: all(
      shell('both', 'ip link add br6 type bridge', 'ip link del br6'),
      shell(
        'source',
        `echo "<filter name='house' chain='root'><rule action='accept' direction='inout'/></filter>" | virsh -q nwfilter-define /dev/stdin`,
        'virsh -q nwfilter-undefine house',
      ),
      shell('destination', ':', 'virsh -q nwfilter-undefine house; true'),
    ),
    verdict: 'block',
    says: /no network filter house/,
    refusal: /house/,
    cure: 0,
  },
  {
    check: 'graphics-listen',
    name: 'an address that only this host has',
    vm: { name: 'vnc', devices: vnc("autoport='yes' listen='10.99.99.1'") },
    cause: shell('source', 'ip addr add 10.99.99.1/32 dev lo', 'ip addr del 10.99.99.1/32 dev lo'),
    verdict: 'block',
    says: /10\.99\.99\.1 \(vnc\), which is no address of beta/,
    refusal: /10\.99\.99\.1|assign requested address|Failed to bind/,
  },
  {
    check: 'graphics-listen',
    name: 'a port that is taken there',
    vm: { name: 'vnc', devices: vnc("port='5997' autoport='no' listen='0.0.0.0'") },
    cause: async ({ destination }, undo) => {
      const other = { name: 'other', devices: vnc("port='5997' autoport='no' listen='0.0.0.0'") };
      const made = await makeVm(destination, other);
      undo.add(() => made.remove(destination));
    },
    verdict: 'block',
    says: /port 5997 \(vnc\), which is taken/,
    refusal: /5997|in use/,
  },
  {
    check: 'graphics-listen',
    name: 'a port that another VM has there, on another address',
    vm: { name: 'vnc', devices: vnc("port='5996' autoport='no' listen='127.0.0.1'") },
    cause: async ({ destination }, undo) => {
      const devices = vnc(`port='5996' autoport='no' listen='${destination.address}'`);
      const made = await makeVm(destination, { name: 'other', devices });
      undo.add(() => made.remove(destination));
    },
    verdict: 'warn',
    says: /port 5996, which is taken on another address/,
    refusal: /reserve port 5996/,
  },
  {
    check: 'graphics-listen',
    name: 'a port for browsers that is taken there',
    vm: { name: 'vnc', devices: vnc("autoport='yes' websocket='5797' listen='0.0.0.0'") },
    cause: async ({ destination }, undo) => {
      const other = { name: 'other', devices: vnc("port='5797' autoport='no' listen='0.0.0.0'") };
      // VNC ports start at 5900; SPICE takes any.
      const made = await makeVm(destination, {
        ...other,
        devices: other.devices.replace("type='vnc'", "type='spice'"),
      });
      undo.add(() => made.remove(destination));
    },
    verdict: 'block',
    says: /port 5797 \(vnc\), which is taken/,
    refusal: /5797|in use/,
  },
  {
    check: 'graphics-listen',
    name: 'an address for screens in its qemu.conf that it does not have',
    vm: { name: 'vnc', devices: vnc("autoport='yes'") },
    cause: configured('qemu.conf', 'vnc_listen = "10.9.9.9"'),
    verdict: 'block',
    says: /has 10\.9\.9\.9 for vnc_listen/,
    refusal: /10\.9\.9\.9|assign requested address|Failed to bind/,
  },
  {
    check: 'graphics-listen',
    name: 'screens that are encrypted there, and no certificate for them',
    vm: { name: 'vnc', devices: vnc("autoport='yes'") },
    cause: configured('qemu.conf', 'vnc_tls = 1'),
    verdict: 'block',
    says: /cannot read .*ca-cert\.pem\..*encrypts graphics \(vnc\)/,
    refusal: /ca-cert\.pem/,
  },
  {
    check: 'graphics-listen',
    name: 'a key for encrypted screens there that QEMU’s user may not read',
    vm: { name: 'vnc', devices: vnc("autoport='yes'") },
    cause: all(
      shell(
        'destination',
        `${graphicsCertificate('/etc/pki/for-screens')}; chmod 600 /etc/pki/for-screens/server-key.pem`,
        'rm -rf /etc/pki/for-screens',
      ),
      configured(
        'qemu.conf',
        'user = "nobody"\ngroup = "nogroup"\nvnc_tls = 1\nvnc_tls_x509_cert_dir = "/etc/pki/for-screens"',
      ),
    ),
    verdict: 'block',
    says: /cannot read \/etc\/pki\/for-screens\/server-key\.pem/,
    refusal: /server-key\.pem/,
  },
  {
    check: 'graphics-listen',
    name: 'a network that is not active there',
    vm: { name: 'vnc', devices: vnc("autoport='yes'", "<listen type='network' network='desk'/>") },
    cause: all(
      network('both', 'desk', '<dns enable="no"/><ip address="10.98.0.1" netmask="255.255.255.0"/>'),
      started('source', 'desk'),
    ),
    verdict: 'block',
    says: /listens on the network desk \(vnc\), which is not active/,
    refusal: /10\.98\.0\.1|desk/,
    cure: 0,
  },
  {
    check: 'device-files',
    name: 'a log in a folder that only this host has',
    vm: { name: 'serial', devices: `<serial type='file'><source path='${local}/logs/serial.log'/></serial>` },
    cause: all(
      shell('destination', ':', `rm -rf ${local}/logs`),
      shell('source', `mkdir ${local}/logs`, `rm -rf ${local}/logs`),
    ),
    verdict: 'block',
    says: /beta lacks the folder .*logs/,
    refusal: /logs\/serial\.log/,
    cure: 0,
  },
  {
    check: 'device-files',
    name: 'a source of randomness that only this host has',
    vm: {
      name: 'random',
      devices: `<rng model='virtio'><backend model='random'>${local}/random</backend></rng>`,
    },
    cause: shell('source', `ln -s /dev/urandom ${local}/random`, `rm -f ${local}/random`),
    verdict: 'block',
    says: /beta lacks .*images\/random/,
    refusal: /images\/random/,
  },
  {
    check: 'device-files',
    name: 'a graphics card that draws, which is not there',
    vm: {
      name: 'drawing',
      devices:
        "<graphics type='egl-headless'><gl rendernode='/dev/dri/renderD199'/></graphics><video><model type='virtio'/></video>",
      start: false,
    },
    verdict: 'block',
    says: /beta lacks \/dev\/dri\/renderD199.*\(graphics\)/,
    refusal: /render node/,
  },
  {
    check: 'device-files',
    name: 'a serial port of the next start to a device that only this host has',
    vm: { name: 'later' },
    cause: shell('source', `ln -s /dev/null ${local}/line`, `rm -f ${local}/line`),
    // It arrives, but its next start fails.
    then: atNextStart(serial('dev', `path='${local}/line'`)),
    verdict: 'warn',
    says: /not start again on beta: its stored definition names .*images\/line \(serial\)/,
  },
  {
    check: 'device-files',
    name: 'a serial port that connects to a TCP port on which somebody listens on this host alone',
    vm: { name: 'line', devices: serial('tcp', "mode='connect' host='127.0.0.1' service='7101'") },
    cause: listening('source', '-b 127.0.0.1 -p 7101'),
    verdict: 'block',
    says: /No program on beta listens on 127\.0\.0\.1:7101, .*\(serial\)/,
    refusal: /Failed to connect to '127\.0\.0\.1:7101'/,
  },
  {
    check: 'device-files',
    name: 'a serial port that connects to a socket on which nobody listens there',
    vm: { name: 'line', devices: serial('unix', "mode='connect' path='/run/line.sock'") },
    cause: all(left('/run/line.sock'), listening('source', '-k /run/line.sock')),
    verdict: 'block',
    says: /No program on beta listens on \/run\/line\.sock, .*\(serial\)/,
    refusal: /Failed to connect to '\/run\/line\.sock'/,
  },
  {
    check: 'device-files',
    name: 'a serial port that listens on an address that only this host has',
    vm: { name: 'line', devices: serial('tcp', "mode='bind' host='10.99.99.2' service='7102'") },
    cause: shell('source', 'ip addr add 10.99.99.2/32 dev lo', 'ip addr del 10.99.99.2/32 dev lo'),
    verdict: 'block',
    says: /10\.99\.99\.2 \(serial\), which is no address of beta/,
    refusal: /assign requested address/,
  },
  {
    check: 'device-files',
    name: 'a serial port that listens on a port that is taken there',
    vm: { name: 'line', devices: serial('tcp', "mode='bind' host='0.0.0.0' service='7103'") },
    cause: listening('destination', '-b 127.0.0.1 -p 7103'),
    verdict: 'block',
    says: /port 7103 \(serial\), which is taken/,
    refusal: /in use/,
  },
  {
    check: 'device-files',
    name: 'a kernel that only this host has',
    vm: { name: 'kernel', os: `<kernel>${local}/vmlinuz-x</kernel>` },
    cause: all(
      shell('destination', ':', `rm -f ${local}/vmlinuz-x`),
      shell('source', `truncate -s 64K ${local}/vmlinuz-x`, `rm -f ${local}/vmlinuz-x`),
    ),
    verdict: 'block',
    says: /beta lacks .*images\/vmlinuz-x.*\(kernel\)/,
    refusal: /vmlinuz-x/,
    cure: 0,
  },
  {
    check: 'device-files',
    name: 'something told to the guest from a file that only this host has',
    vm: {
      name: 'ignition',
      more: `<sysinfo type='fwcfg'><entry name='opt/com.coreos/config' file='${local}/a.ign'/></sysinfo>`,
    },
    cause: shell('source', `echo x > ${local}/a.ign`, `rm -f ${local}/a.ign`),
    verdict: 'block',
    says: /beta lacks .*images\/a\.ign.*\(fwcfg\)/,
    refusal: /a\.ign/,
  },
  {
    check: 'device-files',
    name: 'a table of the firmware that only this host has',
    vm: { name: 'slic', os: `<acpi><table type='slic'>${local}/slic.dat</table></acpi>` },
    // A table of 64 bytes, with that size in its header.
    cause: shell(
      'source',
      `{ printf 'SLIC\\100\\0\\0\\0\\1\\0OEMIDXTABLEIDX'; head -c 40 /dev/zero; } > ${local}/slic.dat`,
      `rm -f ${local}/slic.dat`,
    ),
    verdict: 'block',
    says: /beta lacks .*images\/slic\.dat/,
    refusal: /slic\.dat/,
  },
  {
    check: 'device-files',
    name: "a network interface's ROM that only this host has",
    vm: {
      name: 'rom',
      devices: `<interface type='user'><model type='virtio'/><rom file='${local}/my.rom'/></interface>`,
    },
    cause: shell('source', `cp /usr/lib/ipxe/qemu/pxe-virtio.rom ${local}/my.rom`, `rm -f ${local}/my.rom`),
    verdict: 'block',
    says: /beta lacks .*images\/my\.rom.*\(rom\)/,
    refusal: /my\.rom/,
  },
  {
    check: 'device-files',
    name: 'a log of a serial port in a folder that only this host has',
    vm: { name: 'log', devices: `<serial type='pty'><log file='${local}/logdir/x.log'/></serial>` },
    cause: shell('source', `mkdir ${local}/logdir`, `rm -rf ${local}/logdir`),
    verdict: 'block',
    says: /folder .*images\/logdir.*\(log\)/,
    refusal: /logdir/,
  },
  {
    check: 'device-files',
    name: 'a screen on a socket in a folder that only this host has',
    vm: { name: 'screen', devices: vnc('', `<listen type='socket' socket='${local}/vncd/v.sock'/>`) },
    cause: shell('source', `mkdir ${local}/vncd`, `rm -rf ${local}/vncd`),
    verdict: 'block',
    says: /folder .*images\/vncd.*\(graphics\)/,
    refusal: /vncd/,
  },
  {
    check: 'device-files',
    name: 'a script of a network interface that only this host has',
    vm: {
      name: 'script',
      devices: `<interface type='ethernet'><script path='${local}/up.sh'/><model type='virtio'/></interface>`,
    },
    cause: shell(
      'source',
      `printf '#!/bin/sh\\nexit 0\\n' > ${local}/up.sh; chmod +x ${local}/up.sh`,
      `rm -f ${local}/up.sh`,
    ),
    verdict: 'block',
    says: /beta lacks .*images\/up\.sh.*\(script\)/,
    refusal: /up\.sh/,
  },
  {
    check: 'device-files',
    name: 'an argument of QEMU with a file that only this host has',
    vm: {
      name: 'argument',
      more: `<qemu:commandline><qemu:arg value='-acpitable'/><qemu:arg value='file=${local}/acpi.bin'/></qemu:commandline>`,
    },
    cause: shell(
      'source',
      `{ printf 'SSDT\\44\\0\\0\\0\\1\\0OEMIDXTABLEIDX1'; head -c 11 /dev/zero; } > ${local}/acpi.bin`,
      `rm -f ${local}/acpi.bin`,
    ),
    verdict: 'warn',
    says: /beta lacks .*images\/acpi\.bin, which an argument of QEMU/,
    refusal: /acpi\.bin/,
  },
  {
    check: 'device-files',
    name: 'a file behind memory that is smaller there',
    vm: {
      name: 'nvdimm',
      more: "<maxMemory slots='4' unit='MiB'>1024</maxMemory><cpu><numa><cell id='0' cpus='0' memory='65536' unit='KiB'/></numa></cpu>",
      devices: `<memory model='nvdimm' access='shared'><source><path>${local}/nv.img</path></source><target><size unit='MiB'>128</size><node>0</node></target></memory>`,
    },
    cause: all(
      shell('source', `truncate -s 128M ${local}/nv.img`, `rm -f ${local}/nv.img`),
      shell('destination', `truncate -s 64M ${local}/nv.img`, `rm -f ${local}/nv.img`),
    ),
    verdict: 'block',
    says: /nv\.img .*too small.*67108864/,
    refusal: /backing store size|nv\.img/,
    cure: 0,
  },
]);
