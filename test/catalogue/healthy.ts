// SPDX-License-Identifier: LGPL-2.1-or-later

import { healthyCases } from './case.ts';
import { all, atNextStart, configured, listening, namedPool, overBridge, shell } from './causes.ts';
import {
  disk,
  graphicsCertificate,
  isolated,
  local,
  networkInterface,
  serial,
  shared,
  vnc,
  volume,
} from './parts.ts';

const image = (name: string): ReturnType<typeof shell> =>
  shell('source', `truncate -s 1M ${shared}/${name}`, `rm -f ${shared}/${name}`);
const bridge = (name: string): ReturnType<typeof shell> =>
  shell('both', `ip link add ${name} type bridge`, `ip link del ${name}`);

/** Correct cases with everything that the checks read, as far as the lab's hosts allow. `make check` runs the first five. */
export const healthy = healthyCases([
  {
    name: 'UEFI and a TPM',
    vm: {
      name: 'uefi',
      firmware: 'efi',
      devices: "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
    },
  },
  {
    name: 'a disk on shared storage, and media that are there or may be missing',
    vm: {
      name: 'storage',
      devices:
        disk(`${shared}/healthy.img`) +
        `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${shared}/healthy.iso'/><target dev='sda' bus='sata'/><readonly/></disk>` +
        `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${local}/healthy.iso' startupPolicy='optional'/><target dev='sdb' bus='sata'/><readonly/></disk>` +
        "<disk type='file' device='cdrom'><target dev='sdc' bus='sata'/><readonly/></disk>",
    },
    cause: shell(
      'source',
      `truncate -s 1M ${shared}/healthy.img; echo iso > ${shared}/healthy.iso; echo iso > ${local}/healthy.iso`,
      `rm -f ${shared}/healthy.img ${shared}/healthy.iso ${local}/healthy.iso`,
    ),
  },
  {
    name: 'a bridge, a network, a screen, a log, a filter and randomness',
    vm: {
      name: 'devices',
      devices:
        networkInterface('bridge', "bridge='br6'", "<filterref filter='clean-traffic'/>") +
        networkInterface('network', "network='both'") +
        vnc("autoport='yes' listen='0.0.0.0'") +
        `<serial type='file'><source path='${local}/healthy.log'/></serial>` +
        "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
    },
    cause: all(
      bridge('br6'),
      shell(
        'both',
        `echo '${isolated('both', 'virbr6')}' | virsh -q net-define /dev/stdin; virsh -q net-start both`,
        `virsh -q net-destroy both; virsh -q net-undefine both; rm -f ${local}/healthy.log`,
      ),
    ),
  },
  {
    name: 'a guest that runs, with a disk',
    vm: { name: 'runs', guest: { memory: 192, disk: 'shared' } },
  },
  {
    name: 'a guest that runs, with a disk that is copied',
    vm: { name: 'copied', guest: { memory: 192, disk: 'local' } },
    change: { copyDisks: ['vda'] },
  },
  {
    name: 'a screen that the destination encrypts, and can',
    vm: { name: 'vnc', devices: vnc("autoport='yes'") },
    cause: all(
      shell('destination', graphicsCertificate('/etc/pki/libvirt-vnc'), 'rm -rf /etc/pki/libvirt-vnc'),
      configured('qemu.conf', 'vnc_tls = 1'),
    ),
  },
  { name: 'nothing but memory', vm: { name: 'plain' } },
  {
    name: 'a network that leads to another bridge there, and a cable with a name of its own',
    vm: { name: 'lan', devices: networkInterface('network', "network='over'", "<target dev='mytap'/>") },
    cause: all(
      shell('source', 'ip link add br9 type bridge', 'ip link del br9'),
      shell('destination', 'ip link add br10 type bridge', 'ip link del br10'),
      overBridge('source', 'over', 'br9'),
      overBridge('destination', 'over', 'br10'),
    ),
  },
  {
    name: 'a CPU model, with features switched on and off',
    vm: {
      name: 'model',
      vcpus: 2,
      more: "<cpu mode='custom' match='exact' check='partial'><model fallback='forbid'>Nehalem</model><topology sockets='1' dies='1' cores='2' threads='1'/><feature policy='require' name='aes'/><feature policy='disable' name='vme'/></cpu>",
    },
  },
  { name: "the host's CPU model", vm: { name: 'host-model', more: "<cpu mode='host-model'/>" } },
  {
    name: 'tied to more CPUs than either host has',
    vm: {
      name: 'pins',
      vcpus: 2,
      more: "<cputune><vcpupin vcpu='0' cpuset='0-4095'/><emulatorpin cpuset='0,4095'/></cputune>",
    },
  },
  {
    name: 'an old machine with IDE',
    vm: {
      name: 'old',
      machine: 'pc',
      devices: disk(`${shared}/ide.img`, " cache='none'").replace(
        "dev='vda' bus='virtio'",
        "dev='hda' bus='ide'",
      ),
    },
    cause: image('ide.img'),
  },
  {
    name: 'a machine type of an older QEMU, and four vCPUs',
    vm: {
      name: 'older',
      machine: 'pc-q35-6.2',
      vcpus: 4,
      more: "<cpu><topology sockets='4' dies='1' cores='1' threads='1'/></cpu>",
    },
  },
  {
    name: 'terminals, consoles and channels',
    vm: {
      name: 'lines',
      devices:
        "<serial type='pty'/><console type='pty'><target type='virtio'/></console>" +
        "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>" +
        "<parallel type='null'/>",
    },
  },
  {
    name: 'a network interface on a device that others share, and a larger MTU than the bridge has there',
    vm: {
      name: 'direct',
      devices:
        networkInterface('direct', "dev='eth8' mode='bridge'") +
        networkInterface('bridge', "bridge='br8'", "<mtu size='9000'/>"),
    },
    cause: all(
      bridge('br8'),
      shell('both', 'ip link add eth8 type veth peer name eth8x; ip link set eth8 up', 'ip link del eth8'),
      shell('destination', 'ip link add link eth8 type macvlan mode private; ip link set br8 mtu 1500', ':'),
    ),
  },
  {
    name: 'QEMU and a file as users that have a number, or that both hosts have',
    vm: {
      name: 'owners',
      more: "<seclabel type='static' model='dac' relabel='yes'><label>+0:root</label></seclabel>",
      devices: `<serial type='file'><source path='${local}/owned.log'><seclabel model='dac' relabel='yes'><label>nobody:12345</label></seclabel></source></serial>`,
    },
    cause: shell('both', ':', `rm -f ${local}/owned.log`),
  },
  {
    name: 'an image that is built upon storage over the network',
    vm: { name: 'over', devices: disk(`${shared}/over.qcow2`, " cache='none'", 'qcow2') },
    cause: (hosts, undo) => {
      const at = hosts.source.address;
      return shell(
        'source',
        `truncate -s 1M ${local}/nbd.img; qemu-nbd --fork --pid-file=/run/nbd.pid -t -e 4 -r -x x -f raw -b ${at} -p 10897 ${local}/nbd.img
         qemu-img create -q -f qcow2 -F raw -b nbd://${at}:10897/x ${shared}/over.qcow2`,
        `kill $(cat /run/nbd.pid); rm -f ${local}/nbd.img ${shared}/over.qcow2`,
      )(hosts, undo);
    },
  },
  {
    name: 'a disk and a log of the next start that are there, too',
    vm: { name: 'later' },
    cause: image('later.img'),
    then: async (hosts, undo, vm) => {
      await atNextStart(disk(`${shared}/later.img`))(hosts, undo, vm);
      await atNextStart(serial('file', `path='${local}/later.log'`))(hosts, undo, vm);
    },
  },
  {
    name: 'a cable that somebody else has made on both hosts, and one that libvirt makes',
    vm: {
      name: 'cables',
      devices:
        "<interface type='ethernet'><target dev='tap9' managed='no'/><model type='virtio'/></interface>" +
        "<interface type='ethernet'><target dev='tap8'/><model type='virtio'/></interface>",
    },
    cause: shell('both', 'ip tuntap add tap9 mode tap', 'ip link del tap9'),
  },
  {
    name: 'lines over the network: one that waits, one that somebody takes there too, and one on a port that another protocol has',
    vm: {
      name: 'calls',
      devices:
        serial(
          'tcp',
          "mode='connect' host='127.0.0.1' service='7104'",
          "<reconnect enabled='yes' timeout='10'/>",
        ) +
        serial('tcp', "mode='connect' host='127.0.0.1' service='7105'") +
        serial('tcp', "mode='bind' host='::' service='7105'"),
    },
    cause: listening('both', '-b 127.0.0.1 -p 7105'),
  },
  {
    name: 'a screen for this host alone, a tablet, USB and a balloon',
    vm: {
      name: 'desk',
      usual: true,
      devices:
        vnc("autoport='yes' listen='127.0.0.1'") +
        "<input type='tablet' bus='usb'/><input type='keyboard' bus='usb'/><controller type='usb' model='qemu-xhci'/>",
    },
  },
  {
    name: 'memory of anonymous files, in two cells, locked to nothing',
    vm: {
      name: 'cells',
      vcpus: 2,
      more: "<memoryBacking><source type='memfd'/><nosharepages/></memoryBacking><cpu><numa><cell id='0' cpus='0' memory='32768' unit='KiB'/><cell id='1' cpus='1' memory='32768' unit='KiB'/></numa></cpu>",
    },
  },
  {
    name: 'an image that is built upon two others, all shared',
    vm: { name: 'chain', devices: disk(`${shared}/top.qcow2`, " cache='none'", 'qcow2') },
    cause: shell(
      'source',
      `cd ${shared}; qemu-img create -q -f raw bottom.img 1M; qemu-img create -q -f qcow2 -F raw -b bottom.img middle.qcow2; qemu-img create -q -f qcow2 -F qcow2 -b ${shared}/middle.qcow2 top.qcow2`,
      `cd ${shared} && rm -f bottom.img middle.qcow2 top.qcow2`,
    ),
  },
  {
    name: 'a SCSI disk with an I/O thread and a cache, and one to read on each host',
    vm: {
      name: 'scsi',
      more: '<iothreads>1</iothreads>',
      devices:
        "<controller type='scsi' model='virtio-scsi'><driver iothread='1'/></controller>" +
        disk(`${shared}/scsi.img`, " cache='writeback' discard='unmap'").replace(
          "dev='vda' bus='virtio'",
          "dev='sda' bus='scsi'",
        ) +
        `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${local}/read.img'/><target dev='vdb' bus='virtio'/><readonly/></disk>`,
    },
    cause: all(
      image('scsi.img'),
      shell('both', `truncate -s 1M ${local}/read.img`, `rm -f ${local}/read.img`),
    ),
  },
  {
    name: 'a name and marks that nobody minds',
    vm: {
      name: 'Büro & "Lager" $(1) it\'s',
      more: "<title>Lager</title><metadata><lab:mark xmlns:lab='urn:example:lab'>1</lab:mark></metadata><clock offset='localtime'><timer name='hpet' present='no'/><timer name='rtc' tickpolicy='catchup'/></clock>",
    },
  },
  {
    name: 'a VM that starts with the host, for good',
    vm: { name: 'starting' },
    then: async ({ source }, undo, { uuid }) => {
      undo.add(() => source.exec(['virsh', '-q', 'autostart', '--disable', uuid], { check: false }));
      await source.virsh('autostart', uuid);
    },
  },
  {
    name: 'over tls',
    vm: { name: 'tls', devices: disk(`${shared}/tls.img`, " cache='none'") },
    cause: image('tls.img'),
    change: { destination: 'qemu+tls://beta/system' },
  },
  { name: 'over tcp', vm: { name: 'tcp' }, change: { destination: 'qemu+tcp://beta/system' } },
  {
    name: 'over a data address of its own',
    vm: { name: 'address' },
    change: ({ destination }) => ({ migrationUri: `tcp://${destination.address}` }),
  },
  {
    name: 'three disks: one of this host with what it is built upon, another one, and one that both share',
    vm: {
      name: 'three',
      devices:
        disk(`${local}/top.qcow2`, " cache='none'", 'qcow2') +
        disk(`${local}/second.img`, '', 'raw', 'vdb') +
        disk(`${shared}/third.img`, " cache='none'", 'raw', 'vdc'),
    },
    cause: all(
      image('third.img'),
      shell('destination', ':', `rm -f ${local}/top.qcow2 ${local}/second.img`),
      shell(
        'source',
        `cd ${local}; head -c 3M /dev/urandom > ground.img; qemu-img create -q -f qcow2 -F raw -b ${local}/ground.img top.qcow2; truncate -s 5M second.img`,
        `cd ${local} && rm -f ground.img top.qcow2 second.img`,
      ),
    ),
    change: { copyDisks: ['vda', 'vdb'] },
  },
  {
    name: 'a volume whose pool has another folder there, with the same file in it',
    vm: { name: 'pooled', devices: volume('vms', 'pooled.img') },
    cause: all(
      shell(
        'source',
        `mkdir -p ${shared}/pooled; truncate -s 1M ${shared}/pooled/pooled.img`,
        `rm -rf ${shared}/pooled`,
      ),
      shell(
        'destination',
        `mkdir -p /mnt/vms2; mount --bind ${shared}/pooled /mnt/vms2`,
        'umount /mnt/vms2; rmdir /mnt/vms2',
      ),
      namedPool('source', 'vms', `${shared}/pooled`),
      namedPool('destination', 'vms', '/mnt/vms2'),
    ),
  },
  { name: 'for a while', vm: { name: 'temporary' }, change: { temporary: true } },
]);
