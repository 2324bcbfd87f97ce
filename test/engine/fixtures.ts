// SPDX-License-Identifier: LGPL-2.1-or-later

import { parseDestination, type ValidDestination } from '../../src/engine/destination/uri.ts';
import type { MigrationChoices } from '../../src/engine/plan/choices.ts';
import type { DestinationPool } from '../../src/engine/preflight/facts/destination-pools.ts';
import type { DiskCopies } from '../../src/engine/preflight/facts/disk-copies.ts';
import type { SourceDomain } from '../../src/engine/preflight/facts/domain.ts';
import type { FileReading, HostReading } from '../../src/engine/preflight/facts/host-reading/index.ts';
import type { Host } from '../../src/engine/preflight/facts/hosts.ts';
import { parseDomain } from '../../src/libvirt/domain-xml.ts';

export const uuid = '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d';

export const choices: MigrationChoices = {
  vm: { connection: 'system', name: 'web', uuid },
  destination: 'qemu+ssh://beta/system',
  temporary: false,
  dirtyRateSeconds: 1,
  confirmedUriParameters: [],
};

/** A parsed destination. */
export function destination(uri = choices.destination): ValidDestination {
  const input = parseDestination(uri, { localNames: ['alpha'] });
  if (input.kind !== 'valid') throw new Error(`${uri} is ${input.kind}`);
  return input;
}

/** A VM with devices, and further elements, given as XML. */
export function domain(change: Partial<SourceDomain> = {}, devices = '', more = ''): SourceDomain {
  const config = parseDomain(
    `<domain type='kvm'><name>web</name><uuid>${uuid}</uuid><memory unit='KiB'>1048576</memory>` +
      `<currentMemory unit='KiB'>1048576</currentMemory>${more.includes('<vcpu') ? '' : "<vcpu placement='static'>2</vcpu>"}` +
      `${more.includes('<os>') ? '' : "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>"}${more}` +
      `<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>${devices}</devices></domain>`,
  );
  return {
    config,
    state: 1,
    reason: 1,
    job: 'Job type:         None\n',
    memoryBytes: 1024 ** 3,
    ...change,
  };
}

/** No disk is copied. */
export const noCopies: DiskCopies = { disks: [], unfit: [], asRoot: true };

/** A pool of the destination for a folder. */
export function pool(name: string, path: string, change: Partial<DestinationPool> = {}): DestinationPool {
  return { uuid, name, type: 'dir', active: true, path, ...change };
}

export const alpha: Host = {
  hostname: 'alpha',
  uuid: 'aaaaaaaa-0000-4000-8000-000000000001',
  cpuModel: 'Skylake-Server',
  cpuXml: '<cpu/>',
  cpuFeatures: ['vmx', 'pdpe1gb'],
  guests: new Map([
    [
      'x86_64',
      {
        emulators: ['/usr/bin/qemu-system-x86_64'],
        machines: ['pc-q35-7.2', 'pc-q35-6.2'],
        virtualizationTypes: ['qemu', 'kvm'],
      },
    ],
  ]),
  securityModels: ['apparmor', 'dac'],
  cpus: [0, 1, 2, 3],
  numaNodes: [0],
  tsc: { frequencyHz: 2_445_426_000, scaling: false },
};
export const beta: Host = { ...alpha, hostname: 'beta', uuid: 'bbbbbbbb-0000-4000-8000-000000000002' };

/** A file, by default on GlusterFS. */
export function file(change: Partial<FileReading> = {}): FileReading {
  return {
    exists: true,
    kind: 'regular file',
    inode: '9876543210',
    sizeBytes: 1024 ** 3,
    changeTimes: ['2026-01-31 10:00:00.123456789 +0000'],
    fileSystem: 'fuse.glusterfs',
    mountSource: 'alpha:/images',
    deviceIds: [],
    qemu: { reach: true, read: true, write: true },
    ...change,
  };
}

/** Paths that do not exist, as a shell reported. */
export function absent(...paths: readonly string[]): Record<string, FileReading> {
  return Object.fromEntries(paths.map((path) => [path, file({ exists: false })]));
}

/** The reading of a host. */
export function reading(
  files: Readonly<Record<string, FileReading>> = {},
  change: Partial<HostReading> = {},
): HostReading {
  return {
    files: new Map(Object.entries(files)),
    listening: new Set([22]),
    settings: new Map(),
    settingsReadable: true,
    networkDevices: new Map(),
    freeBytes: new Map(),
    programs: new Set(),
    ...change,
  };
}
