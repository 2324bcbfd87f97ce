// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect } from 'vitest';
import { diskSpaceCheck } from '../../../../src/engine/preflight/checks/disk-space.ts';
import type { DestinationPool } from '../../../../src/engine/preflight/facts/destination-pools.ts';
import type { DiskCopy } from '../../../../src/engine/preflight/facts/disk-copies.ts';
import type { FileReading } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import { absent, domain, file, noCopies, pool, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const folder = '/var/lib/libvirt/qemu';

type Facts = Parameters<typeof diskSpaceCheck.judgeFacts>[0];

const nothing = { copies: noCopies, pools: there({ pools: [], listed: new Map() }) };

const free = (bytes: number, where = folder, vm = domain()): Facts => ({
  ...nothing,
  domain: vm,
  shell: there(
    reading(
      {},
      {
        freeBytes: new Map([
          [where, bytes],
          ['/etc/libvirt/qemu', 2 ** 30],
        ]),
      },
    ),
  ),
});

const closed = (where: string, why: 'read-only' | 'no-inodes'): Facts => ({
  ...nothing,
  domain: domain(),
  shell: there(
    reading({}, { freeBytes: new Map([[folder, 2 ** 30]]), closedFolders: new Map([[where, why]]) }),
  ),
});

const uefi = (nvram: string): Facts['domain'] => {
  const vm = domain();
  return {
    ...vm,
    config: {
      ...vm.config,
      resources: { ...vm.config.resources, firmware: { ...vm.config.resources.firmware, nvram } },
    },
  };
};

const MiB = 2 ** 20;
const images = '/images';
const at = (path: string): Pick<DiskCopy, 'place' | 'path'> => ({ place: { kind: 'file', path }, path });
const raw: DiskCopy = {
  disk: 'vda',
  ...at(`${images}/web.img`),
  format: 'raw',
  encrypted: false,
  capacityBytes: 100 * MiB,
  dataBytes: 5 * MiB,
};
const qcow2: DiskCopy = { ...raw, disk: 'vdb', ...at(`${images}/data.qcow2`), format: 'qcow2' };
const volume: DiskCopy = { ...raw, place: { kind: 'volume', pool: 'vg', volume: 'web' } };
const group = (free: number, type = 'logical'): DestinationPool =>
  pool('vg', '/dev/vg', { type, availableBytes: free });

/** Disks that are copied into a folder with so much free space for root, and other values of the folder. */
const copying = (
  disks: readonly DiskCopy[],
  room: number | undefined,
  more: Readonly<Record<string, FileReading>> = {},
  pools: readonly DestinationPool[] = [],
  asRoot = true,
): Facts => ({
  domain: domain(),
  copies: { disks, unfit: [], asRoot },
  pools: there({ pools, listed: new Map() }),
  shell: there(
    reading(
      {
        [images]: file({
          kind: 'directory',
          ...(room === undefined ? {} : { space: { root: room, others: room / 2, fileSystemId: 'a' } }),
        }),
        ...absent(...disks.map(({ path = '' }) => path)),
        ...more,
      },
      { freeBytes: new Map([[folder, 2 ** 30]]) },
    ),
  ),
});

testCheck(diskSpaceCheck, [
  { name: 'room', facts: free(2 ** 30), verdict: 'pass' },
  { name: 'full', facts: free(2 ** 12), verdict: 'block', found: /4 KiB free in \/var\/lib\/libvirt\/qemu/ },
  { name: 'little', facts: free(2 ** 20), verdict: 'warn', found: /1 MiB free in \/var\/lib\/libvirt\/qemu/ },
  {
    name: 'too little for the variables of the firmware',
    facts: free(2 ** 19, folder, uefi(`${folder}/nvram/vm.fd`)),
    verdict: 'block',
  },
  {
    name: 'little, and the variables are elsewhere',
    facts: free(2 ** 19, folder, uefi('/srv/vm.fd')),
    verdict: 'warn',
  },
  { name: 'no room for the log', facts: free(0, '/var/log/libvirt/qemu'), verdict: 'warn' },
  {
    name: 'a folder on a file system that is read-only',
    facts: closed('/var/lib/libvirt/qemu', 'read-only'),
    verdict: 'block',
    found: /\/var\/lib\/libvirt\/qemu on beta is read-only/,
  },
  {
    name: 'a folder without inodes',
    facts: closed('/etc/libvirt/qemu', 'no-inodes'),
    verdict: 'block',
    found: /no inodes left/,
  },
  {
    name: 'a folder whose name, as the destination tells it, is a command',
    facts: closed('/$(reboot);reboot', 'no-inodes'),
    verdict: 'block',
    also: (finding) => {
      expect(JSON.stringify(finding)).toContain("df -i -- '/$(reboot);reboot'");
    },
  },
  {
    name: 'nowhere to define it, and it comes for a while only',
    facts: closed('/etc/libvirt/qemu', 'read-only'),
    temporary: true,
    verdict: 'pass',
  },
  { name: 'not told', facts: { ...nothing, domain: domain(), shell: there(reading()) }, verdict: 'unknown' },
  { name: 'no shell', facts: { ...nothing, domain: domain(), shell: missing }, verdict: 'unknown' },
  { name: 'room for a copied disk', facts: copying([raw], 101 * MiB), verdict: 'pass', found: /has room/ },
  {
    name: 'no room for a raw one, which is made whole',
    facts: copying([raw], 99 * MiB),
    verdict: 'block',
    found: /99 MiB free in \/images; the copy of vda needs 100 MiB/,
  },
  {
    name: 'no room for a qcow2 one, which is made whole too',
    facts: copying([qcow2], 99 * MiB),
    verdict: 'block',
    found: /the copy of vdb needs 100 MiB/,
  },
  {
    name: 'room for what is in one of another format, but not for all that it can hold',
    facts: copying([{ ...qcow2, format: 'vdi' }], 50 * MiB),
    verdict: 'warn',
    found: /The content of vdb fits now, but the disks may grow to 100 MiB/,
  },
  {
    name: 'room for either of two, not for both',
    facts: copying([raw, { ...raw, disk: 'vdb', ...at(`${images}/more.img`) }], 150 * MiB),
    verdict: 'block',
    found: /the copy of vda, vdb needs 200 MiB/,
  },
  {
    name: 'room for root alone, where root makes it not',
    facts: copying([raw], 150 * MiB, {}, [], false),
    verdict: 'block',
  },
  {
    name: 'a file that is there and has its room',
    facts: copying([raw], 0, { [`${images}/web.img`]: file({ allocatedBytes: 100 * MiB }) }),
    verdict: 'pass',
  },
  {
    name: 'a file that is there and has holes',
    facts: copying([raw], 50 * MiB, { [`${images}/web.img`]: file({ allocatedBytes: 0 }) }),
    verdict: 'warn',
  },
  {
    name: 'a device needs none',
    facts: copying([{ ...raw, place: { kind: 'block', path: '/dev/sdb' } }], undefined),
    verdict: 'pass',
  },
  {
    name: 'a volume, by what its volume group tells',
    facts: copying([volume], undefined, {}, [group(50 * MiB)]),
    verdict: 'block',
    found: /50 MiB free in vg/,
  },
  {
    name: 'a volume for which its group has room',
    facts: copying([volume], undefined, {}, [group(200 * MiB)]),
    verdict: 'pass',
  },
  {
    name: 'a file, by what libvirt counted long ago',
    facts: copying([volume], undefined, {}, [group(200 * MiB, 'dir')]),
    verdict: 'unknown',
    found: /counted 200 MiB free when it last looked/,
  },
  { name: 'of whose room nothing is known', facts: copying([raw], undefined), verdict: 'unknown' },
  {
    name: 'of whose size nothing is known',
    facts: copying([{ disk: 'vda', ...at(`${images}/web.img`), encrypted: false }], 2 ** 40),
    verdict: 'unknown',
  },
]);
