// SPDX-License-Identifier: LGPL-2.1-or-later

import { brokenCases, type Make } from '../case.ts';
import { all, atNextStart, configured, over, ownImage, shell } from '../causes.ts';
import { disk, local, shared } from '../parts.ts';

const cdrom = (file: string): string =>
  `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${file}'/><target dev='sda' bus='sata'/><readonly/></disk>`;
const image = (path: string): Make => shell('source', `truncate -s 1M ${path}`, `rm -f ${path}`);
const uncached = (file: string): string => disk(file, " cache='none'");

/** The shared storage is not mounted on the destination. */
const unmounted: Make = async ({ source, destination }, undo) => {
  // A remedy may have mounted it.
  const mount = `mountpoint -q ${shared} || mount -t glusterfs ${source.address}:/shared ${shared}`;
  undo.add(() => destination.exec(['sh', '-c', mount]));
  await destination.exec(['umount', '-l', shared]);
};

/** The size limit of the destination's folder for images. */
const smallFolder = (size: string): Make =>
  shell('destination', `mount -t tmpfs -o size=${size} none ${local}`, `umount ${local}`);

const copied = { copyDisks: ['vda'] };
const imageSecret = '4c5b8f0e-7d52-4a36-9a4b-0a3d0f3f6b11';

/** As after an error of the disk. */
const readOnly = (folder: string): Make =>
  shell(
    'destination',
    `mount --bind ${folder} ${folder}; mount -o remount,bind,ro ${folder}`,
    `! mountpoint -q ${folder} || umount ${folder}`,
  );

/** Disks, media and folders. */
export const storage = brokenCases([
  {
    check: 'shared-storage',
    name: 'a disk of this host alone',
    vm: { name: 'alone', devices: uncached(`${local}/alone.img`) },
    cause: image(`${local}/alone.img`),
    verdict: 'block',
    says: /alone\.img\) is only on this host/,
    refusal: /without shared storage/,
  },
  {
    check: 'shared-storage',
    name: 'not mounted there',
    vm: { name: 'unmounted', devices: uncached(`${shared}/unmounted.img`) },
    cause: all(image(`${shared}/unmounted.img`), unmounted),
    verdict: 'block',
    says: /unmounted\.img\) is missing on beta/,
    refusal: /Cannot access storage file|No such file/,
    cure: 0,
  },
  {
    check: 'shared-storage',
    name: 'another file under that path',
    vm: { name: 'other', devices: uncached(`${shared}/this.img`) },
    // It would start there with the wrong disk.
    cause: all(
      image(`${shared}/this.img`),
      image(`${shared}/that.img`),
      over('destination', `${shared}/that.img`, `${shared}/this.img`),
    ),
    verdict: 'block',
    says: /this\.img\) is another file on beta/,
  },
  {
    check: 'shared-storage',
    name: 'a disk that would be copied onto itself',
    vm: { name: 'itself', devices: uncached(`${shared}/itself.img`) },
    cause: image(`${shared}/itself.img`),
    change: copied,
    verdict: 'block',
    says: /copied onto itself/,
    refusal: /Block node is read-only|Failed to get .*lock/,
    cure: 0,
  },
  {
    check: 'shared-storage',
    name: 'a disk of this host alone, beside one that is copied',
    vm: {
      name: 'beside',
      devices: uncached(`${local}/one.img`) + disk(`${local}/two.img`, " cache='none'", 'raw', 'vdb'),
    },
    cause: all(ownImage('one.img', '2M'), ownImage('two.img', '2M')),
    change: copied,
    verdict: 'block',
    says: /vdb .*two\.img\) is only on this host/,
    refusal: /without shared storage/,
    cure: 0,
  },
  {
    check: 'shared-storage',
    name: 'an image whose content is in a file of this host',
    vm: { name: 'elsewhere', devices: disk(`${shared}/elsewhere.qcow2`, " cache='none'", 'qcow2') },
    // It would start there with other content.
    cause: all(
      shell(
        'source',
        `qemu-img create -q -f qcow2 -o data_file=${local}/elsewhere.raw,data_file_raw=on ${shared}/elsewhere.qcow2 1M`,
        `rm -f ${shared}/elsewhere.qcow2 ${local}/elsewhere.raw`,
      ),
      shell('destination', `truncate -s 1M ${local}/elsewhere.raw`, `rm -f ${local}/elsewhere.raw`),
    ),
    verdict: 'block',
    says: /in another file \(data_file\)/,
  },
  {
    check: 'shared-storage',
    name: 'storage over the network at an address of this host',
    vm: {
      name: 'nbd',
      devices:
        "<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd' name='x'><host name='127.0.0.1' port='10899'/></source><target dev='vda' bus='virtio'/></disk>",
    },
    cause: shell(
      'source',
      `truncate -s 1M ${local}/nbd.img; qemu-nbd --fork --pid-file=/run/nbd.pid -t -x x -f raw -b 127.0.0.1 -p 10899 ${local}/nbd.img`,
      `kill $(cat /run/nbd.pid); rm -f ${local}/nbd.img`,
    ),
    verdict: 'block',
    says: /network storage \(nbd\) at 127\.0\.0\.1/,
    refusal: /Failed to connect to '127\.0\.0\.1:10899'|Connection refused/,
  },
  {
    check: 'shared-storage',
    name: 'an image that is built upon storage at an address of this host',
    vm: { name: 'nbd', devices: disk(`${shared}/over.qcow2`, " cache='none'", 'qcow2') },
    cause: shell(
      'source',
      `truncate -s 1M ${local}/nbd.img; qemu-nbd --fork --pid-file=/run/nbd.pid -t -r -x x -f raw -b 127.0.0.1 -p 10898 ${local}/nbd.img
       qemu-img create -q -f qcow2 -F raw -b nbd://127.0.0.1:10898/x ${shared}/over.qcow2`,
      `kill $(cat /run/nbd.pid); rm -f ${local}/nbd.img ${shared}/over.qcow2`,
    ),
    verdict: 'block',
    says: /network storage \(nbd\) at 127\.0\.0\.1/,
    refusal: /Failed to connect to '127\.0\.0\.1:10898'|Connection refused/,
  },
  {
    check: 'shared-storage',
    name: 'a floppy of this host that can be written',
    vm: {
      name: 'floppy',
      devices: `<disk type='file' device='floppy'><driver name='qemu' type='raw'/><source file='${local}/floppy.img'/><target dev='fda'/></disk>`,
    },
    cause: shell('both', `truncate -s 1440k ${local}/floppy.img`, `rm -f ${local}/floppy.img`),
    verdict: 'block',
    says: /fda .*is only on this host/,
    refusal: /without shared storage/,
  },
  {
    check: 'disk-path',
    name: 'a disk of the next start that only this host has',
    vm: { name: 'later' },
    cause: shell('source', `truncate -s 1M ${local}/later.img`, `rm -f ${local}/later.img`),
    // It arrives, but its next start fails.
    then: atNextStart(disk(`${local}/later.img`)),
    verdict: 'warn',
    says: /not start again on beta: its stored definition names .*later\.img \(vda\)/,
  },
  {
    check: 'disk-path',
    name: 'storage that is mounted there for reading alone',
    // libvirt notices it after everything was sent, so it is only tried with a running guest.
    vm: { name: 'reading', guest: { memory: 128, disk: 'shared' } },
    cause: shell('destination', `mount -o remount,bind,ro ${shared}`, `mount -o remount,bind,rw ${shared}`),
    verdict: 'block',
    says: /is read-only on beta, even for root/,
    refusal: /Read-only file system/,
    cure: 0,
  },
  {
    check: 'disk-path',
    name: 'a secret without a value',
    vm: {
      name: 'valueless',
      devices: `<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='${shared}/valueless.img'><encryption format='luks'><secret type='passphrase' uuid='${imageSecret}'/></encryption></source><target dev='vda' bus='virtio'/></disk>`,
    },
    cause: all(
      shell(
        'both',
        `echo "<secret private='no'><uuid>${imageSecret}</uuid></secret>" | virsh -q secret-define /dev/stdin`,
        `virsh -q secret-undefine ${imageSecret}`,
      ),
      shell(
        'source',
        `virsh -q secret-set-value ${imageSecret} $(printf lab | base64) 2>/dev/null; qemu-img create -q -f luks --object secret,id=s,data=lab -o key-secret=s,iter-time=10 ${shared}/valueless.img 1M`,
        `rm -f ${shared}/valueless.img`,
      ),
    ),
    verdict: 'warn',
    says: /keeps no value for a secret/,
    refusal: /does not have a value|End of file/,
    cure: 0,
  },
  {
    check: 'disk-path',
    name: 'a folder for which the destination has no storage pool',
    vm: { name: 'poolless', devices: uncached(`${local}/deep/poolless.img`) },
    cause: all(
      shell('both', `mkdir ${local}/deep`, `rm -rf ${local}/deep`),
      shell('source', `truncate -s 2M ${local}/deep/poolless.img`, `rm -f ${local}/deep/poolless.img`),
      shell('destination', ':', 'virsh -q pool-destroy deep; virsh -q pool-undefine deep; true'),
    ),
    change: copied,
    verdict: 'block',
    says: /beta has no active storage pool with the folder .*deep/,
    refusal: /no storage pool with matching target path/,
    cure: 0,
  },
  {
    check: 'disk-path',
    name: 'a storage pool that is not started, for a disk that is copied',
    vm: { name: 'asleep', devices: uncached(`${local}/asleep.img`) },
    cause: all(
      ownImage('asleep.img', '2M'),
      shell('destination', 'virsh -q pool-destroy default', 'virsh -q pool-start default || true'),
    ),
    change: copied,
    verdict: 'block',
    says: /no active storage pool .*Start the storage pool default on beta/s,
    refusal: /no storage pool with matching target path/,
    cure: 0,
  },
  {
    check: 'disk-path',
    name: 'a storage pool that lists what is gone, for a disk that is copied',
    vm: { name: 'stale', devices: uncached(`${local}/stale.img`) },
    cause: all(
      ownImage('stale.img', '2M'),
      shell(
        'destination',
        `virsh -q vol-create-as default stale.img 2M; rm ${local}/stale.img`,
        `rm -f ${local}/stale.img; virsh -q pool-refresh default`,
      ),
    ),
    change: copied,
    verdict: 'block',
    says: /lists .*stale\.img \(vda\), but the file is gone/,
    refusal: /Cannot access storage file|No such file/,
    cure: 0,
  },
  {
    check: 'disk-path',
    name: 'an encrypted image, which libvirt cannot make',
    vm: {
      name: 'encrypted',
      devices: `<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='${local}/luks.img'><encryption format='luks'><secret type='passphrase' uuid='${imageSecret}'/></encryption></source><target dev='vda' bus='virtio'/></disk>`,
    },
    cause: all(
      shell(
        'both',
        `echo "<secret private='no'><uuid>${imageSecret}</uuid></secret>" | virsh -q secret-define /dev/stdin; virsh -q secret-set-value ${imageSecret} $(printf lab | base64) 2>/dev/null`,
        `virsh -q secret-undefine ${imageSecret}`,
      ),
      shell(
        'source',
        `qemu-img create -q -f luks --object secret,id=s,data=lab -o key-secret=s,iter-time=10 ${local}/luks.img 2M`,
        `rm -f ${local}/luks.img`,
      ),
      shell('destination', ':', `rm -f ${local}/luks.img; virsh -q pool-refresh default`),
    ),
    change: copied,
    verdict: 'block',
    says: /cannot create the encrypted image of vda/,
    refusal: /not in LUKS format|End of file/,
  },
  {
    check: 'disk-path',
    name: "a folder that QEMU's user there may not enter, for a disk that is copied",
    vm: { name: 'closed', devices: uncached(`${local}/closed.img`) },
    cause: all(
      ownImage('closed.img', '2M'),
      configured('qemu.conf', 'user = "nobody"\ngroup = "nogroup"'),
      shell('destination', `chmod 700 ${local}`, `chmod 755 ${local}`),
    ),
    change: copied,
    verdict: 'block',
    says: /cannot enter .*images, where the image of vda goes/,
    refusal: /Permission denied/,
  },
  {
    check: 'disk-path',
    name: 'a disk that is copied, built upon a file that its definition names',
    vm: {
      name: 'named',
      devices: `<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='${local}/named.qcow2'/><backingStore type='file'><format type='raw'/><source file='${local}/named.img'/><backingStore/></backingStore><target dev='vda' bus='virtio'/></disk>`,
    },
    cause: all(
      shell('destination', ':', `rm -f ${local}/named.qcow2; virsh -q pool-refresh default`),
      shell(
        'source',
        `truncate -s 2M ${local}/named.img; qemu-img create -q -f qcow2 -F raw -b ${local}/named.img ${local}/named.qcow2`,
        `rm -f ${local}/named.img ${local}/named.qcow2`,
      ),
    ),
    change: copied,
    verdict: 'block',
    says: /named\.img \(vda\) is missing on beta/,
    refusal: /named\.img/,
  },
  {
    check: 'disk-path',
    name: 'a file under the path of a disk that is copied',
    vm: { name: 'overwrites', devices: uncached(`${local}/overwrites.img`) },
    cause: all(
      ownImage('overwrites.img', '2M'),
      shell('destination', `truncate -s 2M ${local}/overwrites.img`, `rm -f ${local}/overwrites.img*`),
    ),
    change: copied,
    verdict: 'block',
    // libvirt overwrites it.
    says: /beta already has .*overwrites\.img \(vda\)/,
    cure: 0,
  },
  {
    check: 'disk-path',
    name: 'a file of another size under the path of a disk that is copied',
    vm: { name: 'smaller', devices: uncached(`${local}/smaller.img`) },
    cause: all(
      ownImage('smaller.img', '2M'),
      shell('destination', `truncate -s 1M ${local}/smaller.img`, `rm -f ${local}/smaller.img`),
    ),
    change: copied,
    verdict: 'block',
    says: /has 1048576 bytes on beta and 2097152 bytes on this host/,
    refusal: /Source and target image have different sizes/,
  },
  {
    check: 'disk-path',
    name: 'an image that is not there',
    vm: { name: 'unmounted', devices: uncached(`${shared}/unmounted.img`) },
    cause: all(image(`${shared}/unmounted.img`), unmounted),
    verdict: 'block',
    says: /unmounted\.img \(vda\) is missing on beta/,
    refusal: /Cannot access storage file|No such file/,
  },
  {
    check: 'disk-path',
    name: 'an image that is built upon one of this host',
    vm: { name: 'built', devices: disk(`${shared}/built.img`, " cache='none'", 'qcow2') },
    cause: all(
      shell('destination', ':', `rm -f ${local}/ground.img`),
      shell(
        'source',
        `qemu-img create -q -f raw ${local}/ground.img 1M; qemu-img create -q -f qcow2 -F raw -b ${local}/ground.img ${shared}/built.img`,
        `rm -f ${shared}/built.img ${local}/ground.img`,
      ),
    ),
    verdict: 'block',
    says: /ground\.img \(vda\) is missing on beta/,
    refusal: /ground\.img/,
    cure: 0,
  },
  {
    check: 'disk-path',
    name: "a folder that QEMU's user there may not enter",
    vm: { name: 'unreachable', devices: uncached(`${shared}/private/disk.img`) },
    cause: all(
      shell(
        'source',
        `mkdir -m 700 ${shared}/private; truncate -s 1M ${shared}/private/disk.img`,
        `rm -rf ${shared}/private`,
      ),
      configured('qemu.conf', 'user = "nobody"\ngroup = "nogroup"'),
    ),
    verdict: 'block',
    says: /cannot enter the folder/,
    refusal: /Permission denied|Cannot access storage file/,
    cure: 0,
  },
  {
    check: 'disk-path',
    name: "an image that QEMU's user there may not open, where libvirt leaves owners alone",
    vm: { name: 'unreadable', devices: uncached(`${shared}/unreadable.img`) },
    cause: all(
      shell(
        'source',
        `truncate -s 1M ${shared}/unreadable.img; chmod 600 ${shared}/unreadable.img`,
        `rm -f ${shared}/unreadable.img`,
      ),
      configured('qemu.conf', 'user = "nobody"\ngroup = "nogroup"\ndynamic_ownership = 0'),
    ),
    verdict: 'block',
    says: /cannot open .*unreadable\.img \(vda\), and libvirt there does not change owners/,
    refusal: /Permission denied|Cannot access storage file/,
    cure: 0,
  },
  {
    check: 'disk-cache',
    name: 'an unsafe cache',
    vm: { name: 'unsafe', devices: disk(`${shared}/unsafe.img`, " cache='unsafe'") },
    cause: image(`${shared}/unsafe.img`),
    verdict: 'warn',
    says: /vda is unsafe/,
  },
  {
    check: 'disk-space',
    name: 'no room for a disk that is copied',
    vm: { name: 'big', devices: uncached(`${local}/big.img`) },
    cause: all(ownImage('big.img', '8M'), smallFolder('3m')),
    change: copied,
    verdict: 'block',
    says: /3 MiB free in .*images; the copy of vda needs 8 MiB/,
    refusal: /No space left on device/,
  },
  {
    check: 'disk-space',
    name: 'no room for a qcow2 image, however little is in it',
    vm: { name: 'grows', devices: disk(`${local}/grows.qcow2`, " cache='none'", 'qcow2') },
    cause: all(ownImage('grows.qcow2', '16M'), smallFolder('4m')),
    change: copied,
    verdict: 'block',
    says: /4 MiB free in .*images; the copy of vda needs 16 MiB/,
    refusal: /No space left|Failed to resize|fallocate|Could not/,
  },
  {
    check: 'disk-space',
    name: 'room for what is copied onto a file with holes, but not for all that the disk can hold',
    vm: { name: 'holes', devices: uncached(`${local}/holes.img`) },
    cause: all(
      ownImage('holes.img', '8M'),
      smallFolder('4m'),
      shell('destination', `truncate -s 8M ${local}/holes.img`, `rm -f ${local}/holes.img`),
    ),
    change: copied,
    verdict: 'warn',
    says: /The content of vda fits now, but the disks may grow to 8 MiB/,
  },
  {
    check: 'disk-space',
    name: 'definitions cannot be written there',
    vm: { name: 'closed' },
    cause: readOnly('/etc/libvirt/qemu'),
    verdict: 'block',
    says: /libvirt\/qemu on beta is read-only/,
    refusal: /[Rr]ead-only/,
    cure: 0,
  },
  {
    check: 'disk-space',
    name: 'state cannot be written there',
    vm: { name: 'closed' },
    cause: readOnly('/var/lib/libvirt/qemu'),
    verdict: 'block',
    says: /libvirt\/qemu on beta is read-only/,
    refusal: /[Rr]ead-only/,
  },
  {
    check: 'disk-space',
    name: 'logs cannot be written there',
    vm: { name: 'closed' },
    cause: readOnly('/var/log/libvirt/qemu'),
    verdict: 'block',
    says: /libvirt\/qemu on beta is read-only/,
    refusal: /[Rr]ead-only/,
  },
  {
    check: 'disk-space',
    name: 'no inodes for definitions there',
    vm: { name: 'closed' },
    cause: shell(
      'destination',
      'mount -t tmpfs -o nr_inodes=1,size=64m none /etc/libvirt/qemu',
      'umount /etc/libvirt/qemu',
    ),
    verdict: 'block',
    says: /no inodes left/,
    refusal: /No space left on device/,
  },
  {
    check: 'disk-space',
    name: 'no room for definitions there',
    vm: { name: 'full' },
    cause: shell(
      'destination',
      'mount -t tmpfs -o size=64k none /etc/libvirt/qemu; dd if=/dev/zero of=/etc/libvirt/qemu/full bs=4k count=16 2>/dev/null',
      'umount /etc/libvirt/qemu',
    ),
    verdict: 'block',
    says: /only 0 bytes free in \/etc\/libvirt\/qemu/,
    refusal: /No space left on device/,
  },
  {
    check: 'disk-space',
    name: 'little room for logs there',
    vm: { name: 'full' },
    cause: shell(
      'destination',
      'mount -t tmpfs -o size=1m none /var/log/libvirt/qemu',
      'umount /var/log/libvirt/qemu',
    ),
    verdict: 'warn',
    says: /only 1 MiB free in \/var\/log\/libvirt\/qemu/,
  },
  {
    check: 'removable-media',
    name: 'an ISO that only this host has',
    vm: { name: 'iso', devices: cdrom(`${local}/here.iso`) },
    cause: shell('source', `echo iso > ${local}/here.iso`, `rm -f ${local}/here.iso`),
    verdict: 'block',
    says: /beta lacks the medium in sda: .*here\.iso/,
    refusal: /here\.iso/,
    cure: 0,
  },
  {
    check: 'removable-media',
    name: 'another ISO there',
    vm: { name: 'iso', devices: cdrom(`${local}/other.iso`) },
    cause: all(
      shell('source', `echo iso > ${local}/other.iso`, `rm -f ${local}/other.iso`),
      shell('destination', `echo another iso > ${local}/other.iso`, `rm -f ${local}/other.iso`),
    ),
    verdict: 'warn',
    says: /another medium of another size under .*other\.iso/,
    cure: 0,
  },
  {
    check: 'shared-folders',
    name: 'a folder that only this host has',
    vm: {
      name: 'folder',
      devices: `<filesystem type='mount' accessmode='passthrough'><source dir='${local}/folder'/><target dir='data'/></filesystem>`,
    },
    cause: shell('source', `mkdir ${local}/folder`, `rm -rf ${local}/folder`),
    verdict: 'block',
    says: /beta lacks folders that the VM uses: .*folder/,
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
    says: /folders of this host \(\/srv\), and libvirt does not migrate it with them/,
    refusal: /virtio-?fs|vhost-user-fs/i,
  },
]);
