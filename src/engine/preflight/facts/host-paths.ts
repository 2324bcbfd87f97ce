// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainPath } from '../../../libvirt/domain-devices.ts';
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { dirname, normalizePath } from '../../base/index.ts';
import { defineFact } from '../fact.ts';
import { type DiskFile, diskFiles, diskFilesFact } from './disk-files.ts';
import { domainFact } from './domain.ts';
import type { WantedPaths } from './host-reading/index.ts';
import { secretsNeeded } from './named-resources.ts';

/** Where libvirt stores the value of a secret (secretLoadAllConfigs). It does not store ephemeral ones. */
export function secretFile(uuid: string): string {
  return `/etc/libvirt/secrets/${uuid.toLowerCase()}.base64`;
}

/** The paths that show whether a path suits the VM. */
export function placesOf({ path, wants }: DomainPath): readonly string[] {
  switch (wants) {
    case 'exists':
    case 'listener':
    case 'afterwards':
      return [path];
    case 'parent':
      return [dirname(path)];
    case 'pipe':
      // QEMU uses both if they exist, one for each direction (qemu_chr_open_pipe).
      return [path, `${path}.in`, `${path}.out`];
  }
}

/** Paths of the disks and devices of the stored definition. */
function pathsOfNextStart(stored: Pick<DomainConfig, 'disks' | 'devices' | 'resources'>): readonly string[] {
  return [
    ...diskFiles(stored).map(({ path }) => path),
    ...[...stored.devices.paths, ...stored.resources.paths].flatMap(placesOf),
  ];
}

/** Every path of the definition that QEMU or libvirt opens on its host, now or at the next start of the VM. */
export function hostPaths(
  { disks, devices, resources, emulator }: Pick<DomainConfig, 'disks' | 'devices' | 'resources' | 'emulator'>,
  files: readonly DiskFile[],
  stored?: Pick<DomainConfig, 'disks' | 'devices' | 'resources'>,
): WantedPaths {
  const careful = [...new Set(files.map(({ path }) => path))];
  const { loader, nvram, template } = resources.firmware;
  const once = [
    ...[...devices.paths, ...resources.paths].flatMap(placesOf),
    ...resources.argumentPaths,
    ...devices.filesystems.map(({ source }) => source),
    ...devices.interfaces.map(({ socket, makesSocket = false }) =>
      socket !== undefined && makesSocket ? dirname(socket) : socket,
    ),
    ...devices.tpms.map(({ socket }) => socket),
    loader,
    template,
    ...(nvram === undefined ? [] : [nvram, dirname(nvram)]),
    ...secretsNeeded({ disks, devices }).map(secretFile),
    ...careful.map((path) => dirname(normalizePath(path))),
    ...(stored === undefined ? [] : pathsOfNextStart(stored)),
  ].filter((path): path is string => path?.startsWith('/') === true && !careful.includes(path));
  return {
    careful,
    once: [...new Set(once)],
    ...(loader === undefined ? {} : { loader }),
    ...(emulator === undefined ? {} : { emulator }),
    accounts: [...new Set(resources.owners.map(({ kind, name }) => `${kind} ${name}`))],
  };
}

/** The folder in which libvirt stores definitions. */
function withDefinitions(paths: WantedPaths): WantedPaths {
  const folder = '/etc/libvirt/qemu';
  return [...paths.careful, ...paths.once].includes(folder)
    ? paths
    : { ...paths, once: [...paths.once, folder] };
}

/** Every path that is checked on both hosts. */
export const hostPathsFact = defineFact<
  WantedPaths,
  { domain: typeof domainFact; files: typeof diskFilesFact }
>({
  name: 'host-paths',
  needs: { domain: domainFact, files: diskFilesFact },
  gather: ({ domain, files }) => ({
    ...withDefinitions(hostPaths(domain.config, files, domain.stored)),
    uuid: domain.config.uuid,
  }),
});
