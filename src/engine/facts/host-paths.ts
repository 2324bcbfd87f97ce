// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../libvirt/domain-xml.ts';
import { defineFact } from '../fact.ts';
import { folderOf, tidyPath } from '../paths.ts';
import { type DiskFile, diskFilesFact } from './disk-files.ts';
import { domainFact } from './domain.ts';
import type { WantedPaths } from './host-reading.ts';
import { secretsNeeded } from './named-resources.ts';

/** Where libvirt keeps the value of a secret (secretLoadAllConfigs); of an ephemeral one it keeps none. */
export function secretFile(uuid: string): string {
  return `/etc/libvirt/secrets/${uuid.toLowerCase()}.base64`;
}

/** Every path of the definition that QEMU or libvirt opens on its host. */
export function hostPaths(
  { disks, devices, resources }: Pick<DomainConfig, 'disks' | 'devices' | 'resources'>,
  files: readonly DiskFile[],
): WantedPaths {
  const careful = [...new Set(files.map(({ path }) => path))];
  const { loader, nvram, template } = resources.firmware;
  const once = [
    ...devices.paths.map(({ path, wants }) => (wants === 'exists' ? path : folderOf(path))),
    ...devices.filesystems.map(({ source }) => source),
    ...devices.interfaces.map(({ socket, makesSocket = false }) =>
      socket !== undefined && makesSocket ? folderOf(socket) : socket,
    ),
    loader,
    template,
    ...(nvram === undefined ? [] : [nvram, folderOf(nvram)]),
    ...secretsNeeded({ disks, devices }).map(secretFile),
    ...careful.map((path) => folderOf(tidyPath(path))),
  ].filter((path): path is string => path?.startsWith('/') === true && !careful.includes(path));
  return { careful, once: [...new Set(once)] };
}

/** Every path that is looked at on both hosts. */
export const hostPathsFact = defineFact<
  WantedPaths,
  { domain: typeof domainFact; files: typeof diskFilesFact }
>({
  name: 'host-paths',
  needs: { domain: domainFact, files: diskFilesFact },
  gather: ({ domain, files }) => hostPaths(domain.config, files),
});
