// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { diskPathCheck } from '../../../../src/engine/preflight/checks/disk-path.ts';
import type {
  DestinationPool,
  DestinationPools,
} from '../../../../src/engine/preflight/facts/destination-pools.ts';
import type { DiskCopy } from '../../../../src/engine/preflight/facts/disk-copies.ts';
import { diskFiles } from '../../../../src/engine/preflight/facts/disk-files.ts';
import type { FileReading } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import type { Finding } from '../../../../src/engine/preflight/finding.ts';
import { domain, file, noCopies, pool, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const path = '/images/web.qcow2';
const disk = (more = ''): string =>
  `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}'/>${more}<target dev='vda'/></disk>`;
const based = "<backingStore type='file'><format type='raw'/><source file='/base.raw'/></backingStore>";
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
    source: there(reading({})),
    shell: seen === undefined ? missing : there(reading({ [path]: seen }, { settings, qemuUser: 64055 })),
    secrets: there(new Set<string>()),
    copies: noCopies,
    pools: there({ pools: [], listed: new Map() }),
    storage: missing,
    volumes: missing,
  };
}

/** A VM without a disk, whose stored definition has one. */
function later(change: Partial<FileReading>): ReturnType<typeof facts> {
  const next =
    "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/images/b.img'/><target dev='vdb'/></disk>";
  return {
    ...facts(undefined, undefined, ''),
    domain: { ...domain(), stored: domain({}, next).config },
    shell: there(reading({ '/images/b.img': file(change) })),
  };
}

const copy: DiskCopy = {
  disk: 'vda',
  place: { kind: 'file', path },
  format: 'qcow2',
  encrypted: false,
  path,
  capacityBytes: 1024 ** 3,
  dataBytes: 1024 ** 2,
};
const raw: DiskCopy = { ...copy, format: 'raw' };
const device: DiskCopy = { ...raw, place: { kind: 'block', path: '/dev/sdb' }, path: '/dev/sdb' };
const volume: DiskCopy = { ...copy, place: { kind: 'volume', pool: 'images', volume: 'web' } };
const imagesPool = pool('images', '/images');
const listed = (capacityBytes?: number): DestinationPools['listed'] =>
  new Map([['vda', capacityBytes === undefined ? {} : { capacityBytes }]]);

/** A copied disk, the file under its path on the destination, the pools there, and what they list. */
function copying(
  disk: DiskCopy,
  seen: FileReading | undefined,
  pools: readonly DestinationPool[] = [imagesPool],
  lists: DestinationPools['listed'] = new Map(),
  settings = new Map<string, string>(),
  folder: FileReading = file({ kind: 'directory' }),
): ReturnType<typeof facts> {
  const place = disk.path ?? '';
  return {
    ...facts(undefined),
    shell:
      seen === undefined
        ? missing
        : there(reading({ [place]: seen, '/images': folder }, { settings, qemuUser: 64055 })),
    copies: { disks: [disk], unfit: [], asRoot: true },
    pools: there({ pools, listed: lists }),
    storage: missing,
    volumes: missing,
  };
}

/** The command of the first remedy. */
const runs = (command: RegExp) => (finding: Finding) => {
  const [first] = 'remedies' in finding ? finding.remedies : [];
  expect(first?.command).toMatch(command);
};
const nfs = { fileSystem: 'nfs4' };
const gone = file({ exists: false });
const shut = { reach: true, read: false, write: false };

testCheck(diskPathCheck, [
  { name: 'there', facts: facts(file()), verdict: 'pass' },
  { name: 'no disk', facts: facts(undefined, new Map(), ''), verdict: 'pass' },
  {
    name: 'not there',
    facts: facts(file({ exists: false })),
    verdict: 'block',
    found: /web\.qcow2 \(vda\) is missing on beta/,
  },
  {
    name: 'behind a folder that is shut',
    facts: facts(file({ qemu: { reach: false } })),
    verdict: 'block',
    found: /64055\) cannot enter the folder/,
  },
  { name: 'not readable, but libvirt changes that', facts: facts(file({ qemu: shut })), verdict: 'pass' },
  {
    name: 'not readable, and libvirt leaves owners alone',
    facts: facts(file({ qemu: shut }), new Map([['dynamic_ownership', '0']])),
    verdict: 'block',
    found: /64055\) cannot open .*does not change owners/,
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
    name: 'on a file system that is mounted for reading alone',
    facts: facts(file({ readOnly: true, qemu: { reach: true, read: true, write: false } })),
    verdict: 'block',
    found: /is read-only on beta, even for root/,
  },
  {
    name: 'a secret without a value',
    facts: {
      ...facts(file(), new Map(), disk(secret)),
      secrets: there(new Set(['f52a81b2-424e-490c-823d-6bd4235bc572'])),
      shell: there(
        reading({
          [path]: file(),
          '/etc/libvirt/secrets/f52a81b2-424e-490c-823d-6bd4235bc572.base64': file({ exists: false }),
        }),
      ),
    },
    verdict: 'warn',
    found: /keeps no value for a secret/,
  },
  {
    name: 'copied into a folder that is mounted for reading alone',
    facts: copying(copy, gone, [imagesPool], new Map(), new Map(), file({ readOnly: true })),
    verdict: 'block',
    found: /folder \/images on beta is read-only/,
  },
  {
    name: 'copied into a pool',
    facts: copying(copy, gone),
    verdict: 'pass',
    found: /place for every disk image/,
  },
  {
    name: 'copied where there is no pool',
    facts: copying(copy, gone, [pool('default', '/var/lib/libvirt/images')]),
    verdict: 'block',
    found: /beta has no active storage pool with the folder \/images/,
    also: runs(
      /^virsh pool-define-as --name images --type dir --target \/images && virsh pool-build --pool images && /,
    ),
  },
  {
    name: 'copied where the pool is not started',
    facts: copying(copy, gone, [pool('images', '/images', { active: false })]),
    verdict: 'block',
    found: /no active storage pool/,
    also: runs(/^virsh pool-start --pool images$/),
  },
  {
    name: 'copied by a path with too many slashes',
    facts: copying(
      { ...copy, place: { kind: 'file', path: '/images//web.qcow2' }, path: '/images//web.qcow2' },
      gone,
    ),
    verdict: 'pass',
  },
  {
    name: 'copied where libvirt lists a file that is gone',
    facts: copying(copy, gone, [imagesPool], listed()),
    verdict: 'block',
    found: /the file is gone\. In that case libvirt does not create it/,
    also: runs(/^virsh pool-refresh --pool images$/),
  },
  {
    name: 'copied over a file that is there, unless the admin says so',
    facts: copying(copy, file()),
    verdict: 'block',
    found: /beta already has \/images\/web\.qcow2 \(vda\)\. The copy would overwrite it/,
    also: (finding) => {
      expect(finding).toHaveProperty('override');
    },
  },
  {
    name: 'copied over a raw file of another size, which QEMU refuses',
    facts: copying(raw, file({ sizeBytes: 5 })),
    verdict: 'block',
    found: /has 512 bytes on beta/,
    also: (finding) => {
      expect(finding).not.toHaveProperty('override');
    },
  },
  {
    name: 'copied over a raw file that does not end with a sector',
    facts: copying({ ...raw, capacityBytes: 1_000_448 }, file({ sizeBytes: 1_000_001 })),
    verdict: 'block',
    found: /would overwrite it/,
  },
  {
    name: 'copied over an image that libvirt says is of another size',
    facts: copying(copy, file(), [imagesPool], listed(512)),
    verdict: 'block',
    found: /has 512 bytes on beta/,
  },
  {
    name: "copied over a file that QEMU's user may not open, where libvirt leaves owners alone",
    facts: copying(raw, file({ qemu: shut }), [imagesPool], new Map(), new Map([['dynamic_ownership', '0']])),
    verdict: 'block',
    found: /64055\) cannot open .*does not change owners/,
  },
  {
    name: "copied into a folder that QEMU's user may not enter",
    facts: copying(
      copy,
      gone,
      [imagesPool],
      new Map(),
      new Map(),
      file({ qemu: { reach: true, enter: false } }),
    ),
    verdict: 'block',
    found: /64055\) cannot enter \/images/,
  },
  {
    name: 'copied to where libvirt makes it for root and leaves it so',
    facts: copying(copy, gone, [imagesPool], new Map(), new Map([['dynamic_ownership', '0']])),
    verdict: 'block',
    found: /for root and does not change owners/,
  },
  {
    name: 'an encrypted one, which libvirt cannot make',
    facts: copying({ ...raw, encrypted: true }, gone),
    verdict: 'block',
    found: /cannot create the encrypted image of vda/,
  },
  {
    name: 'onto an encrypted image, whose size says nothing',
    facts: copying({ ...raw, encrypted: true }, file({ sizeBytes: 1024 ** 3 + 2 ** 21 })),
    verdict: 'block',
    found: /would overwrite it/,
  },
  {
    name: 'a device that is not there',
    facts: copying(device, gone, []),
    verdict: 'block',
    found: /libvirt creates no devices/,
  },
  {
    name: 'onto a device of the same size',
    facts: copying(device, file({ kind: 'block special file', sizeBytes: 1024 ** 3 })),
    verdict: 'block',
    found: /would overwrite it/,
  },
  {
    name: 'onto a smaller device',
    facts: copying(device, file({ kind: 'block special file', sizeBytes: 1024 ** 2 })),
    verdict: 'block',
    found: /only onto an image of the same size/,
  },
  {
    name: 'onto a larger device that holds an image of its own format',
    facts: copying(
      { ...device, format: 'qcow2' },
      file({ kind: 'block special file', sizeBytes: 2 * 1024 ** 3 }),
    ),
    verdict: 'block',
    found: /would overwrite it/,
  },
  { name: 'a volume for which there is a pool', facts: copying(volume, gone), verdict: 'pass' },
  {
    name: 'a volume for which there is none',
    facts: copying(volume, undefined, [pool('default', '/x')]),
    verdict: 'block',
    found: /no active storage pool images/,
  },
  {
    name: 'a volume that is there',
    facts: copying(volume, undefined, [imagesPool], listed(1024 ** 3)),
    verdict: 'block',
    found: /beta already has images\/web \(vda\)/,
  },
  {
    name: 'a volume of another size',
    facts: copying(volume, undefined, [imagesPool], listed(512)),
    verdict: 'block',
    found: /only onto an image of the same size/,
  },
  {
    name: 'a volume whose file is there and not listed',
    facts: copying(volume, file()),
    verdict: 'block',
    found: /its storage pool images there does not list web/,
    also: runs(/^virsh pool-refresh --pool images$/),
  },
  {
    name: 'copied, but built upon what its definition names',
    facts: {
      ...copying(copy, gone),
      domain: { ...domain({}, disk(based)), migratable: domain({}, disk(based)).config },
      files: diskFiles(domain({}, disk(based)).config),
      shell: there(reading({ [path]: gone, '/base.raw': gone, '/images': file() })),
    },
    verdict: 'block',
    found: /\/base\.raw \(vda\) is missing on beta/,
  },
  {
    name: 'copied, with what it is built upon, which only libvirt found',
    facts: {
      ...copying(copy, gone),
      domain: { ...domain({}, disk(based)), migratable: domain({}, disk()).config },
      files: diskFiles(domain({}, disk(based)).config),
    },
    verdict: 'pass',
  },
  { name: 'copied to a place that cannot be seen', facts: copying(copy, undefined), verdict: 'unknown' },
  {
    name: 'a disk of the next start that is not there',
    facts: later({ exists: false }),
    verdict: 'warn',
    found: /not start again on beta: its stored definition names \/images\/b\.img \(vdb\)/,
  },
  { name: 'a disk of the next start that is there', facts: later({}), verdict: 'pass' },
  {
    name: 'a disk of the next start on this host',
    temporary: true,
    facts: later({ exists: false }),
    verdict: 'pass',
  },
  {
    name: 'a disk of the next start, not to be seen',
    facts: { ...later({}), shell: missing },
    verdict: 'unknown',
  },
]);
