// SPDX-License-Identifier: LGPL-2.1-or-later
import { makeVm } from './lab-vm.ts';
import { type BrokenSetUp, configured, type Hosts, shell } from './set-up.ts';

const local = '/var/lib/libvirt/images';
const shared = '/var/lib/libvirt/shared';
const ovmf = '/usr/share/OVMF';

const card = (type: string, source: string): string =>
  `<interface type='${type}'><source ${source}/><model type='virtio'/></interface>`;
const disk = (file: string, driver = ''): string =>
  `<disk type='file' device='disk'><driver name='qemu' type='raw'${driver}/><source file='${file}'/><target dev='vda' bus='virtio'/></disk>`;
const cdrom = (file: string): string =>
  `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${file}'/><target dev='sda' bus='sata'/><readonly/></disk>`;
const isolated = '<network><name>lan</name><bridge name="virbr9"/></network>';
const vnc = (attributes: string): string =>
  `<graphics type='vnc' ${attributes}/><video><model type='vga'/></video>`;

/** Hides a program by what cannot be run; libvirt looks for it anew each time. */
const hide = (path: string): ReturnType<typeof shell> =>
  shell('destination', `mount --bind /dev/null ${path}`, `umount ${path}`);

/**
 * The lab cannot make: an older QEMU or libvirt (hypervisor-version), a device of the host that may be given to a VM, a
 * vhost-user switch, SELinux or AppArmor. VMs that only those hosts could start are defined, not started.
 */
export const broken: readonly BrokenSetUp[] = [
  {
    check: 'name-resolution',
    name: 'the host name of the destination, unknown here',
    vm: { name: 'names' },
    cause: async ({ source, destination }: Hosts) => {
      const before = (await source.exec(['cat', '/etc/hosts'])).stdout;
      const write = (text: string): Promise<unknown> =>
        source.exec(['sh', '-c', 'cat > /etc/hosts'], { input: text });
      // Another name for the same address: what was typed is known, what the destination calls itself is not.
      await write(before.replace(/\sbeta\b/g, ' other'));
      await source.exec([
        'sh',
        '-c',
        `ssh-keyscan ${destination.address} other >> /root/.ssh/known_hosts 2>/dev/null`,
      ]);
      return () => write(before);
    },
    change: { destination: 'qemu+ssh://other/system' },
    verdict: 'block',
    says: /calls itself beta, and this host does not know that name/,
    refusal: /[Uu]nable to resolve address|Name or service not known|failure in name resolution/,
  },
  {
    check: 'name-resolution',
    name: 'what was typed, unknown here',
    vm: { name: 'names' },
    change: { destination: 'qemu+ssh://gamma.invalid/system' },
    verdict: 'block',
    says: /does not know the name gamma\.invalid/,
    refusal: /not known|resolve/,
  },
  {
    check: 'permissions',
    name: 'an access driver that asks for users, and tls, which has none',
    vm: { name: 'refused' },
    cause: configured('libvirtd.conf', 'access_drivers = [ "polkit" ]'),
    change: { destination: 'qemu+tls://beta/system' },
    verdict: 'block',
    says: /lets this host in, but does not let it do/,
    refusal: /access denied/i,
  },
  {
    check: 'qemu-blockers',
    name: 'shared memory with a peer',
    vm: {
      name: 'peer',
      devices: "<shmem name='peer' role='peer'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>",
    },
    verdict: 'block',
    says: /refuses.*peer mode/s,
    refusal: /peer mode/,
  },
  {
    check: 'machine-type',
    name: 'QEMU under a path that only this host has',
    vm: { name: 'emulator', devices: `<emulator>${local}/qemu-here</emulator>` },
    cause: shell('source', `ln -sf /usr/bin/qemu-system-x86_64 ${local}/qemu-here`, `rm ${local}/qemu-here`),
    verdict: 'block',
    says: /qemu-here, which the destination does not have/,
    refusal: /qemu-here/,
  },
  {
    check: 'virtualization-type',
    name: 'no KVM there',
    vm: { name: 'kvm', type: 'kvm', start: false },
    cause: async ({ destination }: Hosts) => {
      await destination.exec(['mount', '--bind', '/dev/null', '/dev/kvm']);
      await destination.daemon('libvirtd', 'stop');
      await destination.exec(['sh', '-c', 'rm -rf /var/cache/libvirt/qemu/capabilities']);
      await destination.daemon('libvirtd', 'start');
      return async () => {
        await destination.exec(['umount', '/dev/kvm']);
        await destination.daemon('libvirtd', 'stop');
        await destination.exec(['sh', '-c', 'rm -rf /var/cache/libvirt/qemu/capabilities']);
        await destination.daemon('libvirtd', 'start');
      };
    },
    verdict: 'block',
    says: /runs on kvm, which the destination does not offer/,
  },
  {
    check: 'tsc-frequency',
    name: 'a rate that the destination does not have',
    vm: {
      name: 'tsc',
      more: "<clock offset='utc'><timer name='tsc' frequency='1000000000'/></clock>",
      start: false,
    },
    verdict: 'block',
    says: /another rate .*1000\.0 MHz/,
  },
  {
    check: 'vcpu-count',
    name: 'tied to a CPU that is not there',
    vm: { name: 'pinned', more: "<cputune><vcpupin vcpu='0' cpuset='4095'/></cputune>", start: false },
    verdict: 'block',
    says: /CPUs that the destination does not have: 4095/,
  },
  {
    check: 'vcpu-count',
    name: 'more vCPUs than the host has CPUs',
    vm: { name: 'many', vcpus: 200, start: false },
    verdict: 'warn',
    says: /has 200 vCPUs/,
  },
  {
    check: 'free-memory',
    name: 'more memory than the host has',
    vm: { name: 'large', memoryMib: 4 * 1024 * 1024, start: false },
    verdict: 'block',
    says: /has 4 TiB of memory/,
  },
  {
    check: 'hugepages',
    name: 'none set aside',
    vm: {
      name: 'huge',
      memoryMib: 1024 * 1024,
      more: '<memoryBacking><hugepages/></memoryBacking>',
      start: false,
    },
    verdict: 'block',
    says: /needs 524288 pages of 2 MiB/,
  },
  {
    check: 'disk-path',
    name: 'storage that is not mounted there',
    vm: { name: 'unmounted', devices: disk(`${shared}/unmounted.img`, " cache='none'") },
    cause: async ({ source, destination }: Hosts) => {
      await source.exec(['truncate', '-s', '1M', `${shared}/unmounted.img`]);
      await destination.exec(['umount', '-l', shared]);
      return async () => {
        await destination.exec(['mount', '-t', 'glusterfs', `${source.address}:/shared`, shared]);
        await source.exec(['rm', `${shared}/unmounted.img`]);
      };
    },
    verdict: 'block',
    says: /unmounted\.img \(vda\) is not there/,
    refusal: /Cannot access storage file|No such file/,
  },
  {
    check: 'disk-path',
    name: "a folder that QEMU's user there may not enter",
    vm: { name: 'unreachable', devices: disk(`${shared}/private/disk.img`, " cache='none'") },
    cause: async (hosts: Hosts) => {
      await hosts.source.exec([
        'sh',
        '-ec',
        `mkdir -m 700 ${shared}/private; truncate -s 1M ${shared}/private/disk.img`,
      ]);
      const back = await configured('qemu.conf', 'user = "nobody"\ngroup = "nogroup"')(hosts);
      return async () => {
        await back();
        await hosts.source.exec(['rm', '-r', `${shared}/private`]);
      };
    },
    verdict: 'block',
    says: /may not go to that folder/,
    refusal: /Permission denied|Cannot access storage file/,
  },
  {
    check: 'disk-cache',
    name: 'an unsafe cache',
    vm: { name: 'unsafe', devices: disk(`${shared}/unsafe.img`, " cache='unsafe'") },
    cause: shell('source', `truncate -s 1M ${shared}/unsafe.img`, `rm ${shared}/unsafe.img`),
    verdict: 'warn',
    says: /vda is unsafe/,
  },
  {
    check: 'disk-space',
    name: "no room in libvirt's folder there",
    vm: { name: 'full' },
    cause: shell(
      'destination',
      'mount -t tmpfs -o size=1m none /var/log/libvirt/qemu',
      'umount /var/log/libvirt/qemu',
    ),
    verdict: 'block',
    says: /only 1 MiB free in \/var\/log\/libvirt\/qemu/,
  },
  {
    check: 'removable-media',
    name: 'an ISO that only this host has',
    vm: { name: 'iso', devices: cdrom(`${local}/here.iso`) },
    cause: shell('source', `echo iso > ${local}/here.iso`, `rm ${local}/here.iso`),
    verdict: 'block',
    says: /sda is not there .*here\.iso/,
    refusal: /here\.iso/,
  },
  {
    check: 'removable-media',
    name: 'another ISO there',
    vm: { name: 'iso', devices: cdrom(`${local}/other.iso`) },
    cause: async ({ source, destination }: Hosts) => {
      await source.exec(['sh', '-c', `echo iso > ${local}/other.iso`]);
      await destination.exec(['sh', '-c', `echo another iso > ${local}/other.iso`]);
      return () => Promise.all([source, destination].map((host) => host.exec(['rm', `${local}/other.iso`])));
    },
    verdict: 'warn',
    says: /of another size under that path/,
  },
  {
    check: 'shared-folders',
    name: 'a folder that only this host has',
    vm: {
      name: 'folder',
      devices: `<filesystem type='mount' accessmode='passthrough'><source dir='${local}/folder'/><target dir='data'/></filesystem>`,
    },
    cause: shell('source', `mkdir ${local}/folder`, `rmdir ${local}/folder`),
    verdict: 'block',
    says: /not there on the destination: .*folder/,
    refusal: /folder/,
  },
  {
    check: 'shared-folders',
    name: 'virtiofs',
    vm: {
      name: 'virtiofs',
      more: "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>",
      devices:
        "<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv'/><target dir='data'/></filesystem>",
    },
    verdict: 'block',
    says: /does not migrate the VM with its shared folders/,
    refusal: /virtio-?fs|vhost-user-fs/i,
  },
  {
    check: 'firmware',
    name: 'UEFI that only this host has',
    vm: {
      name: 'uefi',
      os: `<loader readonly='yes' type='pflash'>${local}/code.fd</loader><nvram template='${ovmf}/OVMF_VARS_4M.fd'/>`,
    },
    cause: shell('source', `cp ${ovmf}/OVMF_CODE_4M.fd ${local}/code.fd`, `rm ${local}/code.fd`),
    verdict: 'block',
    says: /does not have the firmware .*code\.fd/,
    refusal: /code\.fd/,
  },
  {
    check: 'firmware',
    name: 'UEFI of another size there',
    vm: {
      name: 'uefi',
      os: `<loader readonly='yes' type='pflash'>${local}/code.fd</loader><nvram template='${ovmf}/OVMF_VARS_4M.fd'/>`,
    },
    cause: async ({ source, destination }: Hosts) => {
      await source.exec(['cp', `${ovmf}/OVMF_CODE_4M.fd`, `${local}/code.fd`]);
      await destination.exec(['cp', `${ovmf}/OVMF_CODE.fd`, `${local}/code.fd`]);
      return () => Promise.all([source, destination].map((host) => host.exec(['rm', `${local}/code.fd`])));
    },
    verdict: 'block',
    says: /of another size/,
    refusal: /flash|size|Size|load/,
  },
  {
    check: 'tpm',
    name: 'no swtpm there',
    vm: { name: 'tpm', devices: "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>" },
    cause: hide('/usr/bin/swtpm'),
    verdict: 'block',
    says: /swtpm, which the destination does not have/,
    // libvirt 9.0 asks swtpm itself which versions it emulates.
    refusal: /TPM version '2\.0' is not supported|swtpm/,
  },
  {
    check: 'host-devices',
    name: 'a PCI device',
    vm: {
      name: 'pci',
      devices:
        "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='0' slot='3' function='0'/></source></hostdev>",
      start: false,
    },
    verdict: 'block',
    says: /pci device 0000:00:03\.0/,
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
  },
  {
    check: 'network-sources',
    name: 'a bridge that only this host has',
    vm: { name: 'bridge', devices: card('bridge', "bridge='br7'") },
    cause: async (hosts: Hosts) => {
      const undo = await shell('source', 'ip link add br7 type bridge', 'ip link del br7')(hosts);
      const undoOther = await shell('destination', 'ip link add br8 type bridge', 'ip link del br8')(hosts);
      return async () => {
        await undo();
        await undoOther();
      };
    },
    verdict: 'block',
    says: /no bridge br7.*similar one that it has is br8/s,
    refusal: /br7/,
  },
  {
    check: 'network-sources',
    name: 'a network that is not active there',
    vm: { name: 'network', devices: card('network', "network='lan'") },
    cause: async (hosts: Hosts) => {
      const undo = await shell(
        'both',
        `echo '${isolated}' > /tmp/lan.xml; virsh -q net-define /tmp/lan.xml; rm /tmp/lan.xml`,
        'virsh -q net-undefine lan',
      )(hosts);
      await hosts.source.virsh('net-start', 'lan');
      return async () => {
        await hosts.source.virsh('net-destroy', 'lan');
        await undo();
      };
    },
    verdict: 'block',
    says: /network lan .* is not active/,
    refusal: /network 'lan' is not active/,
  },
  {
    check: 'graphics-listen',
    name: 'an address that only this host has',
    vm: { name: 'vnc', devices: vnc("autoport='yes' listen='10.99.99.1'") },
    cause: shell('source', 'ip addr add 10.99.99.1/32 dev lo', 'ip addr del 10.99.99.1/32 dev lo'),
    verdict: 'block',
    says: /10\.99\.99\.1, which is no address of the destination/,
    refusal: /10\.99\.99\.1|assign requested address|Failed to bind/,
  },
  {
    check: 'graphics-listen',
    name: 'a port that is taken there',
    vm: { name: 'vnc', devices: vnc("port='5997' autoport='no' listen='0.0.0.0'") },
    cause: async ({ destination }: Hosts) => {
      const other = { name: 'other', devices: vnc("port='5997' autoport='no' listen='0.0.0.0'") };
      const made = await makeVm(destination, other);
      return () => made.remove(destination);
    },
    verdict: 'block',
    says: /port 5997, which is taken/,
    refusal: /5997|in use/,
  },
  {
    check: 'device-files',
    name: 'a log in a folder that only this host has',
    vm: { name: 'serial', devices: `<serial type='file'><source path='${local}/logs/serial.log'/></serial>` },
    cause: shell('source', `mkdir ${local}/logs`, `rm -r ${local}/logs`),
    verdict: 'block',
    says: /does not have the folder .*logs/,
    refusal: /logs\/serial\.log/,
  },
  {
    check: 'security-driver',
    name: 'a label of a driver that is not there',
    vm: {
      name: 'label',
      more: "<seclabel type='static' model='selinux' relabel='yes'><label>system_u:system_r:svirt_t:s0</label></seclabel>",
      start: false,
    },
    verdict: 'block',
    says: /label of selinux/,
  },
  {
    check: 'lock-manager',
    name: 'locks on one side only',
    vm: { name: 'locks' },
    cause: configured('qemu.conf', 'lock_manager = "lockd"'),
    verdict: 'block',
    says: /lock manager nop, the destination lockd/,
    // Nothing starts the lock manager's daemon in the lab, so this is what libvirt comes to first.
    refusal: /lock driver|lock manager|virtlockd/i,
  },
  {
    check: 'clock-skew',
    name: 'an hour between the clocks',
    vm: { name: 'clock' },
    // All hosts of the lab have the clock of one machine, so this one tells the time by a program that is an hour ahead.
    cause: shell(
      'destination',
      'cp /usr/bin/date /tmp/date.real; printf \'#!/bin/sh\\nexec /tmp/date.real -d "1 hour" "$@"\\n\' > /tmp/date.ahead; chmod 755 /tmp/date.ahead; mount --bind /tmp/date.ahead /usr/bin/date',
      'umount /usr/bin/date; rm /tmp/date.real /tmp/date.ahead',
    ),
    verdict: 'warn',
    says: /ahead of that of this host, by at least 3(599|600) s/,
  },
  {
    check: 'downtime-sensitive',
    name: 'a watchdog',
    vm: { name: 'watchdog', devices: "<watchdog model='i6300esb' action='reset'/>" },
    verdict: 'warn',
    says: /watchdog: i6300esb/,
  },
];
