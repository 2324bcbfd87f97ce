// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { diskPathCheck } from '../../../src/engine/checks/disk-path.ts';
import type { DestinationPool } from '../../../src/engine/facts/destination-pools.ts';
import type { DiskCopy } from '../../../src/engine/facts/disk-copies.ts';
import { diskFiles } from '../../../src/engine/facts/disk-files.ts';
import type { FileReading } from '../../../src/engine/facts/host-reading.ts';
import type { DestinationStorage } from '../../../src/engine/facts/volumes.ts';
import { domain, file, reading, uuid } from '../fixtures.ts';
import { missing, testCheck, there } from '../test-check.ts';

const path = '/images/web.qcow2';
const disk = (more = ''): string =>
  `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}'/>${more}<target dev='vda'/></disk>`;
const secret =
  "<encryption format='luks'><secret type='passphrase' uuid='F52A81B2-424E-490C-823D-6BD4235BC572'/></encryption>";

function facts(
  seen: FileReading | undefined,
  settings = new Map<string, string>(),
  devices = disk(),
): Parameters<typeof diskPathCheck.judgeFacts>[0] {
  const vm = domain({}, devices);
  return {
    domain: vm,
    files: diskFiles(vm.config),
    shell: seen === undefined ? missing : there(reading({ [path]: seen }, { settings, qemuUser: 64055 })),
    secrets: there(new Set<string>()),
    copies: { disks: [], unfit: [] },
    pools: there([]),
    storage: missing,
  };
}

const copy: DiskCopy = {
  disk: 'vda',
  place: path,
  kind: 'file',
  format: 'qcow2',
  capacityBytes: 1024 ** 3,
  dataBytes: 1024 ** 2,
};
const device: DiskCopy = { ...copy, place: '/dev/sdb', kind: 'block', format: 'raw' };

/** A disk that is copied, what is under its path there, and the pools there. */
function copying(
  disk: DiskCopy,
  seen: FileReading | undefined,
  pools: readonly DestinationPool[] = [],
  volumes: DestinationStorage['volumes'] = new Map(),
): ReturnType<typeof facts> {
  return {
    ...facts(undefined),
    shell: seen === undefined ? missing : there(reading({ [disk.place]: seen })),
    copies: { disks: [disk], unfit: [] },
    pools: there(pools),
    storage: there({ files: new Map(), volumes }),
  };
}
const imagesPool = { uuid, name: 'images', path: '/images' };
const nfs = { fileSystem: 'nfs4' };
const shut = { reach: true, read: false, write: false };

testCheck(diskPathCheck, [
  { name: 'there', facts: facts(file()), verdict: 'pass' },
  { name: 'no disk', facts: facts(undefined, new Map(), ''), verdict: 'pass' },
  { name: 'not there', facts: facts(file({ exists: false })), verdict: 'block', found: /is not there/ },
  {
    name: 'behind a folder that is shut',
    facts: facts(file({ qemu: { reach: false } })),
    verdict: 'block',
    found: /64055.*may not go/,
  },
  { name: 'not readable, but libvirt changes that', facts: facts(file({ qemu: shut })), verdict: 'pass' },
  {
    name: 'not readable, and libvirt leaves owners alone',
    facts: facts(file({ qemu: shut }), new Map([['dynamic_ownership', '0']])),
    verdict: 'block',
    found: /leaves owners alone/,
  },
  {
    name: 'not readable, on NFS',
    facts: facts(file({ ...nfs, qemu: shut })),
    verdict: 'warn',
    found: /file server/,
  },
  { name: 'as which user could not be tried', facts: facts(file({ qemu: {} })), verdict: 'pass' },
  {
    name: 'a secret that is not there',
    facts: facts(file(), new Map(), disk(secret)),
    verdict: 'block',
    found: /secret/,
  },
  {
    name: 'a secret that is there',
    facts: {
      ...facts(file(), new Map(), disk(secret)),
      secrets: there(new Set(['f52a81b2-424e-490c-823d-6bd4235bc572'])),
    },
    verdict: 'pass',
  },
  { name: 'not to be seen', facts: facts(undefined), verdict: 'unknown' },
  {
    name: 'copied into a pool',
    facts: copying(copy, file({ exists: false }), [imagesPool]),
    verdict: 'pass',
    found: /place for every image/,
  },
  {
    name: 'copied where there is no pool',
    facts: copying(copy, file({ exists: false }), [
      { uuid, name: 'default', path: '/var/lib/libvirt/images' },
    ]),
    verdict: 'block',
    found: /no active storage pool of the destination has the folder \/images/,
  },
  {
    name: 'copied over a file that is there, unless the admin says so',
    facts: copying(copy, file(), [imagesPool]),
    verdict: 'block',
    found: /web\.qcow2 \(vda\) is there .* would be overwritten/,
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'copied over a raw file of another size, which QEMU refuses',
    facts: copying({ ...copy, format: 'raw' }, file({ sizeBytes: 5 }), [imagesPool]),
    verdict: 'block',
    found: /has 5 bytes on the destination/,
    also: (finding) => {
      expect(finding).not.toHaveProperty('override');
    },
  },
  {
    name: 'a device that is not there',
    facts: copying(device, file({ exists: false }), []),
    verdict: 'block',
    found: /libvirt makes no devices/,
  },
  {
    name: 'onto a device of the same size',
    facts: copying(device, file({ kind: 'block special file', sizeBytes: 1024 ** 3 })),
    verdict: 'block',
    found: /would be overwritten/,
  },
  {
    name: 'onto a smaller device',
    facts: copying(device, file({ kind: 'block special file', sizeBytes: 1024 ** 2 })),
    verdict: 'block',
    found: /of the same size/,
  },
  {
    name: 'a volume for which there is a pool',
    facts: copying({ ...copy, place: 'images/web', kind: 'volume' }, undefined, [imagesPool]),
    verdict: 'pass',
  },
  {
    name: 'a volume for which there is none',
    facts: copying({ ...copy, place: 'lvm/web', kind: 'volume' }, undefined, [imagesPool]),
    verdict: 'block',
    found: /no active storage pool lvm/,
  },
  {
    name: 'a volume that is there',
    facts: copying(
      { ...copy, place: 'images/web', kind: 'volume' },
      undefined,
      [imagesPool],
      new Map([['images/web', { ok: true, path: '/images/web' }]]),
    ),
    verdict: 'block',
    found: /images\/web \(vda\) is there/,
  },
  {
    name: 'copied to a place that cannot be seen',
    facts: copying(copy, undefined, [imagesPool]),
    verdict: 'unknown',
  },
]);
