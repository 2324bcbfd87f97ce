// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { sharedStorageCheck } from '../../../../src/engine/preflight/checks/shared-storage.ts';
import { copyableDisks } from '../../../../src/engine/preflight/facts/disk-copies.ts';
import { diskFiles } from '../../../../src/engine/preflight/facts/disk-files.ts';
import type { FileReading, HostReading } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import type { DestinationStorage } from '../../../../src/engine/preflight/facts/volumes.ts';
import type { Finding } from '../../../../src/engine/preflight/finding.ts';
import { domain, file, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const path = '/images/web.qcow2';
const iso = '/iso/debian.iso';
const disk = `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}'/><target dev='vda' bus='virtio'/></disk>`;
const based = disk.replace(
  '<target',
  `<backingStore type='file'><format type='raw'/><source file='/base.raw'/></backingStore><target`,
);
const cdrom = `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${iso}'/><target dev='sda' bus='sata'/><readonly/></disk>`;
const block = `<disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/sdb'/><target dev='vda' bus='virtio'/></disk>`;
const rbd = `<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='pool/web'/><target dev='vda' bus='virtio'/></disk>`;
const volume = `<disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='default' volume='web'/><target dev='vda' bus='virtio'/></disk>`;

/** The disk, with a backing image on storage of a host. */
const overNetwork = (host: string): string =>
  disk.replace(
    '<target',
    `<backingStore type='network'><format type='raw'/><source protocol='nbd' name='x'><host name='${host}'/></source><backingStore/></backingStore><target`,
  );

/** A VM with these disks, and the files of both hosts. Without `there`: no shell. */
function facts(
  devices: string,
  here: Readonly<Record<string, FileReading>>,
  remote?: Readonly<Record<string, FileReading>>,
  storage?: DestinationStorage,
  settings: HostReading['settings'] = new Map(),
  copied: readonly string[] = [],
  unfit: readonly string[] = [],
): Parameters<typeof sharedStorageCheck.judgeFacts>[0] {
  const vm = domain({}, devices);
  return {
    domain: vm,
    disks: diskFiles(vm.config),
    source: reading(here, { settings }),
    shell: remote === undefined ? missing : there(reading(remote)),
    storage: storage === undefined ? missing : there(storage),
    volumes: there(new Map()),
    versions: there({ libvirt: '11.3.0', qemu: '10.0.2' }),
    copies: {
      disks: copyableDisks(vm.config.disks).filter(({ disk: name }) => copied.includes(name)),
      unfit,
      asRoot: true,
    },
  };
}

/** The same with these disks copied. */
function withCopies(
  copied: readonly string[],
  devices: string,
  here: Readonly<Record<string, FileReading>>,
  remote?: Readonly<Record<string, FileReading>>,
): ReturnType<typeof facts> {
  return facts(devices, here, remote, undefined, new Map(), copied);
}

const nfs = file({ fileSystem: 'nfs4', mountSource: 'nas:/images', inode: '77' });
const local = file({ fileSystem: 'ext4', mountSource: '/dev/sda1', inode: '12' });
const absent = file({ exists: false });
const gluster = file({ inode: '555' });

/** A VM whose disk is the volume `default/web` under `path`, and what the destination's pool of that name has under `placed`. */
function ofVolume(
  here: FileReading,
  placed: string,
  seen: FileReading,
  underSamePath: FileReading = absent,
): ReturnType<typeof facts> {
  const base = facts(volume, { [path]: here }, { [path]: underSamePath });
  return {
    ...base,
    disks: [
      {
        ...{ disk: 'vda', path, role: 'disk', block: false, removable: false, optional: false },
        volume: { pool: 'default', volume: 'web' },
      },
    ],
    storage: there({ files: new Map(), volumes: new Map([['default/web', { ok: true, path: placed }]]) }),
    volumes: there(new Map([[placed, seen]])),
  };
}

/** QEMU of the VM has these inodes open. */
function open(
  here: FileReading,
  inodes: readonly string[],
  removed: readonly string[] = [],
): ReturnType<typeof facts> {
  const base = facts(disk, { [path]: here }, { [path]: here });
  const openFiles = { pid: '7', inodes: new Set(inodes), removed: new Set(removed) };
  return { ...base, source: reading({ [path]: here }, { openFiles }) };
}

/** Expects no offer to copy the disk. */
const offersNoCopy = (finding: Finding): void => {
  const actions = 'remedies' in finding ? finding.remedies.map(({ action }) => action) : [];
  expect(actions.every((action) => action === undefined)).toBe(true);
};
const device = file({ kind: 'block special file', fileSystem: 'devtmpfs', deviceIds: ['naa.600140'] });

/** Expects that the first remedy copies these disks. */
const offers = (disks: readonly string[]) => (finding: Finding) => {
  const [first] = 'remedies' in finding ? finding.remedies : [];
  expect(first?.action).toEqual({ kind: 'copy-disks', disks });
};

testCheck(sharedStorageCheck, [
  {
    name: 'a volume whose pool there leads to another file',
    facts: ofVolume(gluster, '/images/b/web.qcow2', file({ inode: '556' }), gluster),
    verdict: 'block',
    found: /another file/,
  },
  {
    name: 'a volume whose pool there has another folder, and the same file in it',
    facts: ofVolume(gluster, '/mnt/vms/web.qcow2', gluster),
    verdict: 'pass',
  },
  {
    name: 'a volume whose file is gone, although the pool there lists it',
    facts: ofVolume(gluster, '/mnt/vms/web.qcow2', absent),
    verdict: 'block',
    found: /missing/,
  },
  {
    name: 'a file that was replaced under the running VM',
    facts: open({ ...nfs, device: '64' }, ['64 78'], [path]),
    verdict: 'block',
    found: /removed or replaced/,
    also: (finding) => {
      expect(finding).not.toHaveProperty('override');
    },
  },
  {
    name: 'a file that QEMU does not have open, for an unknown reason',
    facts: open({ ...nfs, device: '64' }, ['65 77']),
    verdict: 'block',
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'a file that QEMU has open',
    facts: open({ ...nfs, device: '64' }, ['64 77', '64 9'], ['/tmp/other']),
    verdict: 'pass',
  },
  {
    name: 'a file of this host, and one of the same inode and birth on a host that was cloned',
    facts: facts(
      disk,
      { [path]: { ...local, birthTime: local.changeTimes[0] ?? '' } },
      { [path]: { ...local, birthTime: local.changeTimes[0] ?? '', changeTimes: [] } },
    ),
    verdict: 'block',
    found: /is only on this host/,
    also: offers(['vda']),
  },
  {
    name: 'on the host that serves the storage',
    facts: facts(disk, { [path]: local }, { [path]: gluster }),
    verdict: 'block',
    found: /serves/,
    also: offersNoCopy,
  },
  {
    name: 'on the host that serves the storage, copied',
    facts: withCopies(['vda'], disk, { [path]: local }, { [path]: gluster }),
    verdict: 'block',
    found: /copied onto itself/,
    copyDisks: ['vda'],
  },
  {
    name: 'another file on a file system of the other host alone, copied',
    facts: withCopies(
      ['vda'],
      disk,
      { [path]: local },
      { [path]: { ...local, inode: '13', changeTimes: ['x'] } },
    ),
    verdict: 'pass',
  },
  {
    name: 'a cluster file system that libvirt does not know',
    facts: facts(
      disk,
      { [path]: { ...local, fileSystem: 'fuse.sshfs' } },
      { [path]: { ...local, fileSystem: 'fuse.sshfs' } },
    ),
    verdict: 'block',
    found: /same file on both hosts, but libvirt does not know/,
    also: offersNoCopy,
  },
  {
    name: 'a file system that libvirt does not know, and no such file there',
    facts: facts(disk, { [path]: { ...local, fileSystem: 'fuse.sshfs' } }, { [path]: absent }),
    verdict: 'block',
    found: /does not know as shared/,
    also: offers(['vda']),
  },
  {
    name: 'local, but set to be shared, of which an older libvirt knows nothing',
    facts: {
      ...facts(
        disk,
        { [path]: local },
        { [path]: local },
        undefined,
        new Map([['shared_filesystems', ['/images']]]),
      ),
      versions: there({ libvirt: '9.0.0', qemu: '7.2.22' }),
    },
    verdict: 'block',
    found: /does not know its file system/,
  },
  {
    name: 'loop devices of one name',
    facts: facts(
      block,
      { '/dev/sdb': { ...device, deviceIds: [], major: 7 } },
      { '/dev/sdb': { ...device, deviceIds: [], major: 7 } },
    ),
    verdict: 'block',
    found: /for itself/,
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'devices without an identifier that begin differently',
    facts: facts(
      block,
      { '/dev/sdb': { ...device, deviceIds: [], major: 147, digest: 'a'.repeat(64) } },
      { '/dev/sdb': { ...device, deviceIds: [], major: 147, digest: 'b'.repeat(64) } },
    ),
    verdict: 'block',
    found: /first mebibyte/,
  },
  {
    name: 'devices without an identifier that begin alike',
    facts: facts(
      block,
      { '/dev/sdb': { ...device, deviceIds: [], major: 147, digest: 'a'.repeat(64) } },
      { '/dev/sdb': { ...device, deviceIds: [], major: 147, digest: 'a'.repeat(64) } },
    ),
    verdict: 'unknown',
  },
  {
    name: 'multipath on this host alone',
    facts: facts(
      block,
      { '/dev/sdb': { ...device, deviceIds: ['mpath-36001405abcdef0123456789abcdef012'] } },
      { '/dev/sdb': { ...device, deviceIds: ['naa.6001405abcdef0123456789abcdef012'] } },
    ),
    verdict: 'pass',
  },
  {
    name: 'of a kind that libvirt learned later',
    facts: facts(
      "<disk type='vhostvdpa' device='disk'><source dev='/dev/vhost-vdpa-0'/><target dev='vda'/></disk>",
      {},
      {},
    ),
    verdict: 'unknown',
  },
  {
    name: 'a disk without a source',
    facts: facts("<disk type='file' device='disk'><target dev='vda'/></disk>", {}, {}),
    verdict: 'unknown',
  },
  {
    name: 'an empty drive',
    facts: facts("<disk type='file' device='cdrom'><target dev='sda'/></disk>", {}, {}),
    verdict: 'pass',
  },
  {
    name: 'a volume whose path is an error in another language',
    facts: facts(
      volume,
      {},
      {},
      {
        files: new Map(),
        volumes: new Map([['default/web', { ok: true, path: 'Fehler: nicht gefunden' }]]),
      },
    ),
    verdict: 'unknown',
  },
  {
    name: 'on shared storage, with times that stat does not know',
    facts: facts(
      disk,
      { [path]: { ...nfs, birthTime: '?', changeTimes: [''] } },
      { [path]: { ...nfs, birthTime: '?', changeTimes: [''], mountSource: 'x:/y' } },
    ),
    verdict: 'unknown',
  },
  { name: 'no disk', facts: facts('', {}, {}), verdict: 'pass', found: /no disk/ },
  {
    name: 'on GlusterFS',
    facts: facts(
      disk,
      { [path]: file() },
      { [path]: file({ changeTimes: ['x'], mountSource: 'beta:/images' }) },
    ),
    verdict: 'pass',
  },
  {
    name: 'on NFS, same change',
    facts: facts(disk, { [path]: nfs }, { [path]: { ...nfs, mountSource: '10.0.0.9:/images' } }),
    verdict: 'pass',
  },
  {
    name: 'on NFS, same export',
    facts: facts(disk, { [path]: nfs }, { [path]: { ...nfs, changeTimes: ['x'] } }),
    verdict: 'pass',
  },
  {
    name: 'the destination is the NFS server',
    facts: facts(disk, { [path]: nfs }, { [path]: { ...local, inode: '77' } }),
    verdict: 'pass',
  },
  {
    name: 'on NFS, another server, nothing in common but the inode',
    facts: facts(disk, { [path]: nfs }, { [path]: { ...nfs, mountSource: 'x:/y', changeTimes: ['x'] } }),
    verdict: 'unknown',
  },
  {
    name: 'on CIFS, with other inodes',
    facts: facts(
      disk,
      { [path]: { ...nfs, fileSystem: 'cifs' } },
      { [path]: { ...nfs, fileSystem: 'cifs', inode: '5' } },
    ),
    verdict: 'unknown',
  },
  {
    name: 'local',
    facts: facts(disk, { [path]: local }, { [path]: absent }),
    verdict: 'block',
    found: /is only on this host\. .*\(ext4\)/,
  },
  {
    name: 'local, but set to be shared',
    facts: facts(
      disk,
      { [path]: local },
      { [path]: local },
      undefined,
      new Map([['shared_filesystems', ['/images/']]]),
    ),
    verdict: 'pass',
  },
  {
    name: 'another file',
    facts: facts(disk, { [path]: nfs }, { [path]: { ...nfs, inode: '78' } }),
    verdict: 'block',
    found: /Inode 77 on this host, inode 78 on beta/,
  },
  {
    name: 'not there',
    facts: facts(disk, { [path]: nfs }, { [path]: absent }),
    verdict: 'block',
    found: /vda \(\/images\/web\.qcow2\) is missing on beta/,
  },
  {
    name: 'not to be seen here',
    facts: facts(disk, { [path]: absent }, { [path]: nfs }),
    verdict: 'unknown',
  },
  { name: 'no look at the destination', facts: facts(disk, { [path]: nfs }), verdict: 'unknown' },
  {
    name: 'a storage pool there proves it',
    facts: facts(disk, { [path]: nfs }, undefined, {
      files: new Map([[path, { changeTime: '1769853600.123456789' }]]),
      volumes: new Map(),
    }),
    verdict: 'pass',
  },
  {
    name: 'a storage pool there has another one',
    facts: facts(disk, { [path]: nfs }, undefined, {
      files: new Map([[path, { changeTime: '1769853601.123456789' }]]),
      volumes: new Map(),
    }),
    verdict: 'unknown',
  },
  { name: 'over the network', facts: facts(rbd, {}, {}), verdict: 'pass' },
  {
    name: 'the same device',
    facts: facts(block, { '/dev/sdb': device }, { '/dev/sdb': device }),
    verdict: 'pass',
  },
  {
    name: 'another device',
    facts: facts(block, { '/dev/sdb': device }, { '/dev/sdb': { ...device, deviceIds: ['naa.7'] } }),
    verdict: 'block',
  },
  {
    name: 'a device without identity',
    facts: facts(block, { '/dev/sdb': device }, { '/dev/sdb': { ...device, deviceIds: [] } }),
    verdict: 'unknown',
  },
  { name: 'an ISO, which is of another check', facts: facts(cdrom, { [iso]: local }, {}), verdict: 'pass' },
  {
    name: 'a base image that is missing',
    facts: facts(based, { [path]: nfs, '/base.raw': local }, { [path]: nfs, '/base.raw': absent }),
    verdict: 'block',
    found: /\/base\.raw is missing on beta\. vda is built upon it/,
  },
  {
    name: 'a base image that is a copy',
    facts: facts(
      based,
      { [path]: nfs, '/base.raw': local },
      { [path]: nfs, '/base.raw': { ...local, inode: '5', changeTimes: [] } },
    ),
    verdict: 'warn',
  },
  {
    name: 'a volume that is missing there',
    facts: facts(
      volume,
      {},
      {},
      { files: new Map(), volumes: new Map([['default/web', { ok: false, original: 'no pool' }]]) },
    ),
    verdict: 'block',
  },
  {
    name: 'of this host alone, with the offer to copy it',
    facts: facts(disk, { [path]: local }, {}),
    verdict: 'block',
    found: /is only on this host/,
    also: offers(['vda']),
  },
  {
    name: 'of this host alone, and copied, with what it is built upon',
    copyDisks: ['vda'],
    facts: withCopies(
      ['vda'],
      based,
      { [path]: local, '/base.raw': local },
      { [path]: absent, '/base.raw': absent },
    ),
    verdict: 'pass',
    found: /are copied to beta/,
  },
  {
    name: 'copied, and built upon a file that its definition names and that is not there',
    copyDisks: ['vda'],
    facts: {
      ...withCopies(
        ['vda'],
        based,
        { [path]: local, '/base.raw': local },
        { [path]: absent, '/base.raw': absent },
      ),
      domain: { ...domain({}, based), migratable: domain({}, based).config },
    },
    verdict: 'block',
    found: /missing on beta\. vda is built upon it/,
  },
  {
    name: 'of a file system that may be shared without libvirt knowing it, copied over tcp',
    copyDisks: ['vda'],
    facts: withCopies(['vda'], disk, { [path]: file({ fileSystem: 'virtiofs' }) }),
    verdict: 'unknown',
  },
  {
    name: 'an image whose content is in another file',
    facts: facts(disk, { [path]: { ...nfs, dataElsewhere: true } }, { [path]: nfs }),
    verdict: 'block',
    found: /in another file \(data_file\)/,
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'storage over the network at an address of this host alone',
    facts: facts(rbd.replace("'pool/web'/>", "'pool/web'><host name='127.0.0.1'/></source>"), {}, {}),
    verdict: 'block',
    found: /network storage \(rbd\) at 127\.0\.0\.1/,
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'an image that is built upon storage at an address of this host alone',
    facts: facts(overNetwork('localhost'), { [path]: nfs }, { [path]: nfs }),
    verdict: 'block',
    found: /network storage \(nbd\) at localhost/,
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'an image that is built upon storage over the network',
    facts: facts(overNetwork('nas'), { [path]: nfs }, { [path]: nfs }),
    verdict: 'pass',
  },
  {
    name: 'one that is copied, and takes along what it is built upon',
    copyDisks: ['vda'],
    facts: {
      ...facts(overNetwork('localhost'), { [path]: local }, { [path]: absent }, undefined, undefined, [
        'vda',
      ]),
      domain: { ...domain({}, overNetwork('localhost')), migratable: domain({}, disk).config },
    },
    verdict: 'pass',
  },
  {
    name: 'one that is copied, whose definition names what it is built upon',
    copyDisks: ['vda'],
    facts: {
      ...facts(overNetwork('localhost'), { [path]: local }, { [path]: absent }, undefined, undefined, [
        'vda',
      ]),
      domain: {
        ...domain({}, overNetwork('localhost')),
        migratable: domain({}, overNetwork('localhost')).config,
      },
    },
    verdict: 'block',
    found: /network storage \(nbd\) at localhost/,
  },
  {
    name: 'a floppy of this host alone that can be written',
    facts: facts(
      "<disk type='file' device='floppy'><driver name='qemu' type='raw'/><source file='/f.img'/><target dev='fda'/></disk>",
      { '/f.img': local },
      { '/f.img': absent },
    ),
    verdict: 'block',
    found: /is only on this host/,
  },
  {
    name: 'a volume in a drive, which is looked at elsewhere',
    facts: facts(volume.replace("device='disk'", "device='cdrom'"), {}, {}),
    verdict: 'pass',
  },
  {
    name: 'of this host alone, and copied over tcp',
    copyDisks: ['vda'],
    facts: withCopies(['vda'], disk, { [path]: local }),
    verdict: 'pass',
  },
  {
    name: 'copied onto itself',
    copyDisks: ['vda'],
    facts: withCopies(['vda'], disk, { [path]: nfs }, { [path]: nfs }),
    verdict: 'block',
    found: /copied onto itself/,
    also: offers([]),
  },
  {
    name: 'maybe copied onto itself',
    copyDisks: ['vda'],
    facts: withCopies(['vda'], disk, { [path]: nfs }),
    verdict: 'unknown',
  },
  {
    name: 'a device that may be the same one',
    copyDisks: ['vda'],
    facts: withCopies(
      ['vda'],
      block,
      { '/dev/sdb': { ...device, deviceIds: [] } },
      { '/dev/sdb': { ...device, deviceIds: [] } },
    ),
    verdict: 'unknown',
  },
  {
    name: 'a device that is another one',
    copyDisks: ['vda'],
    facts: withCopies(
      ['vda'],
      block,
      { '/dev/sdb': device },
      { '/dev/sdb': { ...device, deviceIds: ['naa.600141'] } },
    ),
    verdict: 'pass',
  },
  {
    name: 'one copied, the other one of this host alone',
    copyDisks: ['vda'],
    facts: withCopies(
      ['vda'],
      disk + disk.replace('vda', 'vdb').replace(path, '/images/data'),
      { [path]: local, '/images/data': local },
      {},
    ),
    verdict: 'block',
    also: offers(['vda', 'vdb']),
  },
  {
    name: 'a volume that is no file, copied',
    copyDisks: ['vda'],
    facts: withCopies(['vda'], volume, {}, {}),
    verdict: 'unknown',
  },
  {
    name: 'a disk that cannot be copied',
    copyDisks: ['sda'],
    facts: facts(disk + cdrom, { [path]: nfs }, { [path]: nfs }, undefined, new Map(), ['sda'], ['sda']),
    verdict: 'block',
    found: /Cannot be copied: sda/,
    also: offers([]),
  },
]);
